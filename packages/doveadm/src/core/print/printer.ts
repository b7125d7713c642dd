/** Rows of a command in one of doveadm's formats (doveadm.md 3): columns first, then values, column by column. */
import type { ByteString } from '@homing/wire';

export type Column = {
  /** Used by json. */
  readonly key: string;
  /** Used by all others. */
  readonly title: string;
  readonly hideTitle?: true;
  /** Takes half of the space that is left in a table. */
  readonly expand?: true;
};

export type Formatter = {
  column(column: Column): void;
  value(text: ByteString): void;
  /** Completes what was printed. Called once. */
  end(): void;
};

export type FormatOptions = {
  readonly write: (bytes: ByteString) => void;
  readonly hideTitles: boolean;
  /** Width of the terminal. */
  readonly width: number;
};

export type FormatName = 'flow' | 'tab' | 'table' | 'pager' | 'json' | 'formatted';
