/** The words a settings table is written with. Fallbacks are texts as an admin would write them. */
import { parseOctal, parsePort, parseUint, printOctal } from './number.ts';
import type { Scalar, Setting, SettingKind } from './setting.ts';
import { ValueError } from './setting.ts';
import { parseSize, printSize } from './size.ts';
import { parseMsecs, parseTime, printMsecs, printTime } from './time.ts';

const setting = <T extends Scalar>(
  kind: SettingKind,
  fallback: string,
  parse: (text: string) => T,
  print: (value: T) => string,
): Setting<T> => ({ kind, fallback: parse(fallback), parse, print, shown: 'always' });

const parseBool = (text: string): boolean => {
  const word = text.toLowerCase();
  if (word === 'yes' || word === 'y' || word === '1') return true;
  if (word === 'no') return false;
  throw new ValueError(`Invalid boolean value: ${text} (use yes or no)`);
};
const same = (text: string): string => text;

export const bool = (fallback: 'yes' | 'no'): Setting<boolean> =>
  setting('bool', fallback, parseBool, (value) => (value ? 'yes' : 'no'));

export const uint = (fallback: number): Setting<number> => setting('uint', `${fallback}`, parseUint, String);

export const octal = (fallback: string): Setting<number> => setting('octal', fallback, parseOctal, printOctal);

export const port = (fallback: number): Setting<number> => setting('port', `${fallback}`, parsePort, String);

export const time = (fallback: string): Setting<number> => setting('time', fallback, parseTime, printTime);

export const msecs = (fallback: string): Setting<number> => setting('msecs', fallback, parseMsecs, printMsecs);

export const size = (fallback: string): Setting<number> => setting('size', fallback, parseSize, printSize);

export const str = (fallback: string): Setting<string> => setting('str', fallback, same, same);

/** A string whose `%` variables the program expands later. */
export const vars = (fallback: string): Setting<string> => setting('vars', fallback, same, same);

/** Exactly one of the words, case-sensitive; the first is the fallback. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words): Setting<Words[number]> =>
  setting<Words[number]>(
    'enum',
    words[0],
    (text) => {
      const word = words.find((candidate) => candidate === text);
      if (word === undefined) throw new ValueError(`Invalid value: ${text}`);
      return word;
    },
    same,
  );

export const hidden = <T extends Scalar>(visible: Setting<T>): Setting<T> => ({ ...visible, shown: 'with-hidden' });

/** Without a value until it is set; programs see an empty string. */
export const unset = (text: Setting<string>): Setting<string> => ({ ...text, shown: 'when-set' });
