/** The world outside, as functions: the only way configuration files, names and environment reach this package. */
export type FileRead = { readonly text: string } | { readonly failure: string };

export type Source = {
  /** The file's bytes, one character each, or strerror's text. A directory reads as an empty file. */
  readonly read: (path: string) => FileRead;
  /** glob(3) with GLOB_BRACE: existing paths, sorted by strcoll, in the pattern's own form (relative stays relative). */
  readonly glob: (pattern: string) => readonly string[];
  readonly env: (name: string) => string | undefined;
  /** A host's addresses, none if it is unknown. */
  readonly resolveHost: (name: string) => readonly string[];
  readonly userExists: (name: string) => boolean;
};
