/**
 * Configurations that doveconf and homeconf must print alike, faults included. The main file is `t.conf` in the current
 * folder; other files stand beside it. Numbers refer to the specification's captured outputs (config.md 17).
 */
export type ConfigCase = {
  readonly name: string;
  readonly conf: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments beside `-c t.conf`, one run each. */
  readonly runs?: readonly (readonly string[])[];
};

const base = 'base_dir = /tmp/specd\nstate_dir = /tmp/specd\ninstance_name = specd\nssl = no\nprotocols = imap\n';

/** With lines before it that make it whole. */
export const based = (conf: string): string => base + conf;
