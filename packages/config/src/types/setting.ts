/**
 * What a setting's text means. Every setting of the table is one `Setting`: its type reads and prints the text exactly
 * as lib-settings (2.3.19) does, its fallback is what the program sees when the file is silent.
 *
 * Values as programs see them: bool boolean, uint and port number, time seconds, msecs milliseconds, size bytes,
 * enums their word, strings latin1 byte strings.
 */
export type Scalar = boolean | number | string;

export type SettingKind = 'bool' | 'uint' | 'octal' | 'time' | 'msecs' | 'size' | 'port' | 'enum' | 'str' | 'vars';

/** In `doveconf -a`; or with `-s` only; or only when set, because there is no value otherwise. */
export type Shown = 'always' | 'with-hidden' | 'when-set';

export type Setting<T extends Scalar = Scalar> = {
  readonly kind: SettingKind;
  readonly fallback: T;
  /** Throws `ValueError` with Dovecot's text. */
  readonly parse: (text: string) => T;
  readonly print: (value: T) => string;
  readonly shown: Shown;
};

/** The text is not one of this type; the message is Dovecot's, without file and line. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** Any setting, its own value type forgotten: what loops over a table hold. */
export type AnySetting = {
  readonly kind: SettingKind;
  readonly fallback: Scalar;
  readonly parse: (text: string) => Scalar;
  readonly print: (value: never) => string;
  readonly shown: Shown;
};

export type SettingTable = { readonly [name: string]: AnySetting };

/** The values of a table, each with the type its setting has. */
export type ValuesOf<Table extends SettingTable> = {
  readonly [Name in keyof Table]: Table[Name]['fallback'];
};

/** A value in the text doveconf shows for it. */
export const printScalar = (setting: AnySetting, value: Scalar): string =>
  (setting.print as (value: Scalar) => string)(value);
