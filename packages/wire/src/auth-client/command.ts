/**
 * Commands of an auth client: AUTH <id> <mech> <param>... [resp=<base64>], CONT <id> <base64>, CANCEL <id>.
 * `resp` must come last. Base64 is not decoded here: bad base64 is answered with FAIL, not with a disconnect.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { unescapeTab } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';

export type AuthCommand = {
  cmd: 'AUTH';
  id: number;
  /** As sent; compared case-insensitively. */
  mechanism: ByteString;
  /** The parameters but `resp`, as they stand on the wire: `parseRequestInfo()` reads them when somebody asks. */
  params: ByteString;
  /** Base64 of the initial response; undefined if there was no `resp`. */
  resp: ByteString | undefined;
};

export type ContCommand = { cmd: 'CONT'; id: number; data: ByteString };
export type CancelCommand = { cmd: 'CANCEL'; id: number };
export type AuthClientCommand = AuthCommand | ContCommand | CancelCommand;

/** The log's words after `BUG: Authentication client `; the server adds the client's pid where Dovecot does. */
export type AuthCommandFault = 'broken-auth' | 'after-resp' | 'broken-cont' | 'broken-cancel' | 'unknown';

/** A malformed command: the connection is closed. `fault` picks the log text, `message` is Dovecot's wording. */
export class AuthCommandError extends WireError {
  readonly fault: AuthCommandFault;

  constructor(fault: AuthCommandFault, message: string) {
    super('bad-line', message);
    this.name = 'AuthCommandError';
    this.fault = fault;
  }
}

/** One line without LF. Throws `AuthCommandError`; a missing service is left to the server to refuse. */
export const parseAuthClientCommand = (line: ByteString): AuthClientCommand => {
  if (line.startsWith('AUTH\t')) return parseAuth(line);
  if (line.startsWith('CONT\t')) return parseCont(line);
  if (line.startsWith('CANCEL\t')) {
    const id = parseUint32(line.slice('CANCEL\t'.length));
    if (id === undefined) throw new AuthCommandError('broken-cancel', 'sent broken CANCEL');
    return { cmd: 'CANCEL', id };
  }
  throw new AuthCommandError('unknown', 'sent unknown command');
};

const parseAuth = (line: ByteString): AuthCommand => {
  const idEnd = line.indexOf('\t', AUTH_LENGTH);
  const id = idEnd === -1 ? undefined : parseUint32(line.slice(AUTH_LENGTH, idEnd));
  if (id === undefined || id === 0) throw new AuthCommandError('broken-auth', 'sent broken AUTH request');
  const mechanismEnd = line.indexOf('\t', idEnd + 1);
  if (mechanismEnd === -1) return { cmd: 'AUTH', id, mechanism: line.slice(idEnd + 1), params: '', resp: undefined };
  const mechanism = line.slice(idEnd + 1, mechanismEnd);
  const respStart = findResp(line, mechanismEnd);
  if (respStart === -1) return { cmd: 'AUTH', id, mechanism, params: line.slice(mechanismEnd + 1), resp: undefined };
  if (line.includes('\t', respStart + 1)) throw new AuthCommandError('after-resp', "sent AUTH parameters after 'resp'");
  const params = respStart === mechanismEnd ? '' : line.slice(mechanismEnd + 1, respStart);
  return { cmd: 'AUTH', id, mechanism, params, resp: unescapeTab(line.slice(respStart + '\tresp='.length)) };
};

const AUTH_LENGTH = 'AUTH\t'.length;

/** Where the TAB before the first `resp` stands, or -1. `resp` is a word of its own, with or without a value. */
const findResp = (line: ByteString, from: number): number => {
  for (let at = line.indexOf('\tresp', from); at !== -1; at = line.indexOf('\tresp', at + 1)) {
    const next = line.charAt(at + '\tresp'.length);
    if (next === '=' || next === '\t' || next === '') return at;
  }
  return -1;
};

/** 2.3 takes everything after the second TAB for the payload, so one TAB more makes it bad base64. */
const parseCont = (line: ByteString): ContCommand => {
  const start = 'CONT\t'.length;
  const tab = line.indexOf('\t', start);
  const id = tab === -1 ? undefined : parseUint32(line.slice(start, tab));
  if (id === undefined) throw new AuthCommandError('broken-cont', 'sent broken CONT request');
  return { cmd: 'CONT', id, data: line.slice(tab + 1) };
};

export const encodeAuthClientCommand = (command: AuthClientCommand): ByteString => {
  switch (command.cmd) {
    case 'AUTH': {
      const params = command.params === '' ? '' : `\t${command.params}`;
      const resp = command.resp === undefined ? '' : `\tresp=${command.resp}`;
      return `AUTH\t${command.id}\t${command.mechanism}${params}${resp}\n`;
    }
    case 'CONT':
      return `CONT\t${command.id}\t${command.data}\n`;
    case 'CANCEL':
      return `CANCEL\t${command.id}\n`;
  }
};
