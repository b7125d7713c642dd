/** Backslash escapes of quoted values (lib's str_unescape, str_escape), and names as parts of a path. */

/** `\x` is x for any x; a lone `\` at the end stays out. */
export const unbackslash = (text: string): string => text.replace(/\\(.?)/gs, '$1');

export const backslash = (text: string): string => text.replace(/["'\\]/g, '\\$&');

const escapes: Readonly<Record<string, string>> = { '=': 'e', '/': 's', '\\': '\\', ' ': '_', ',': '+' };

/** A section's name where a path has it: `login/director` is `login\sdirector`. */
export const escapeName = (name: string): string => name.replace(/[=/\\ ,]/g, (char) => `\\${escapes[char]}`);

/** Only ASCII letters have two cases: names are byte strings. */
export const asciiLower = (text: string): string => text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
