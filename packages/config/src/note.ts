/** What the admin should know about a configuration: one line each, without file prefix of the program that says it. */
export type Note = { readonly level: 'warning' | 'error' | 'fatal'; readonly text: string };

export const warning = (text: string): Note => ({ level: 'warning', text });
