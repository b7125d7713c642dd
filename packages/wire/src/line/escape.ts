/**
 * Tab escaping of every Dovecot line protocol (lib/strescape.c):
 * 0x01 -> 0x01 '1', TAB -> 0x01 't', CR -> 0x01 'r', LF -> 0x01 'n', NUL -> 0x01 '0'.
 */
import type { ByteString } from './bytes.ts';

const ESCAPED = /[\0\x01\t\r\n]/;
const TO_WIRE: Readonly<Record<string, string>> = {
  '\0': '\x010',
  '\x01': '\x011',
  '\t': '\x01t',
  '\r': '\x01r',
  '\n': '\x01n',
};
const FROM_WIRE: Readonly<Record<string, string>> = { '0': '\0', '1': '\x01', t: '\t', r: '\r', n: '\n' };

export const escapeTab = (field: ByteString): ByteString =>
  ESCAPED.test(field) ? field.replace(/[\0\x01\t\r\n]/g, (c) => TO_WIRE[c] ?? c) : field;

/** 0x01 before any other byte yields that byte; a lone 0x01 at the end is dropped. */
export const unescapeTab = (field: ByteString): ByteString =>
  field.includes('\x01') ? field.replace(/\x01([\s\S]?)/g, (_, c: string) => FROM_WIRE[c] ?? c) : field;

/** Splits on TAB first and unescapes each field after. An empty line has no fields; a trailing TAB yields one more. */
export const splitTabs = (line: ByteString): ByteString[] => {
  if (line === '') return [];
  const fields = line.split('\t');
  return line.includes('\x01') ? fields.map(unescapeTab) : fields;
};

export const joinTabs = (fields: readonly ByteString[]): ByteString => fields.map(escapeTab).join('\t');
