/** A line of a configuration file, counted from 1; errors call it `FILE line N`. */
export type Position = { readonly file: string; readonly line: number };
