/** Letters of ASCII only: in a byte string all others are parts of characters. */
export const asciiLower = (text: string): string =>
  /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : text;
export const asciiUpper = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());
