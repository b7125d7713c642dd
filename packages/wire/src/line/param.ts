/**
 * `key` and `key=value` parameters of the auth protocols. A parameter list is kept as it stands on the wire, unescaped:
 * one string a parameter. A missing `=` reads as an empty value; keys are never escaped.
 */
import type { ByteString } from './bytes.ts';
import { escapeTab } from './escape.ts';

export const paramKey = (param: ByteString): ByteString => {
  const eq = param.indexOf('=');
  return eq === -1 ? param : param.slice(0, eq);
};

export const paramValue = (param: ByteString): ByteString => {
  const eq = param.indexOf('=');
  return eq === -1 ? '' : param.slice(eq + 1);
};

/** Later duplicates win. Empty parameters, which Dovecot 2.3 leaves behind for hidden fields, are dropped. */
export const paramMap = (params: readonly ByteString[]): Map<ByteString, ByteString> => {
  const map = new Map<ByteString, ByteString>();
  for (const param of params) if (param !== '') map.set(paramKey(param), paramValue(param));
  return map;
};

/** `\tparam` for each, escaped; ready to append to a line. */
export const appendParams = (params: readonly ByteString[]): ByteString => {
  let out = '';
  for (const param of params) out += `\t${escapeTab(param)}`;
  return out;
};
