/** What a doveadm command is called and takes (doveadm-cmd.h). Long names are those of the HTTP API too. */

export type ParameterType = 'bool' | 'int64' | 'string' | 'array' | 'input';

export type Parameter = {
  readonly name: string;
  readonly type: ParameterType;
  /** A letter: `-a`. Every parameter can be given as `--name` too. */
  readonly short?: string;
  /** Filled from the words that are no options, in this order. */
  readonly positional?: true;
};

export type CommandSpec = {
  /** One to three words. */
  readonly name: string;
  readonly usage: string;
  /** One line for `--help`. */
  readonly summary: string;
  readonly parameters: readonly Parameter[];
};

/** Values by parameter name; a number that cannot be read is as good as not given. */
export type Values = {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  number(name: string): number | undefined;
  list(name: string): readonly string[];
};

/** sysexits.h, and Dovecot's own for a broken command line or configuration. */
export const EXIT = {
  ok: 0,
  usage: 64,
  noUser: 67,
  notFound: 68,
  tempFail: 75,
  protocol: 76,
  noPermission: 77,
  fatal: 89,
} as const;
