/**
 * Commands of an auth client: AUTH <id> <mech> <param>... [resp=<base64>], CONT <id> <base64>, CANCEL <id>.
 * `resp` must come last. Base64 is not decoded here: bad base64 is answered with FAIL, not with a disconnect.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { unescapeTab } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import type { ParamPlaces } from './request-info.ts';

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

/** AUTH as a server reads it. `idText`: the id as replies spell it. */
export type ReceivedAuth = AuthCommand & { idText: ByteString; places: ParamPlaces };
export type ReceivedCommand = ReceivedAuth | ContCommand | CancelCommand;

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
export const parseAuthClientCommand = (line: ByteString): ReceivedCommand => {
  if (line.startsWith('AUTH\t')) return parseAuth(line);
  if (line.startsWith('CONT\t')) return parseCont(line);
  if (line.startsWith('CANCEL\t')) {
    const id = parseUint32(line.slice('CANCEL\t'.length));
    if (id === undefined) throw new AuthCommandError('broken-cancel', 'sent broken CANCEL');
    return { cmd: 'CANCEL', id };
  }
  throw new AuthCommandError('unknown', 'sent unknown command');
};

const parseAuth = (line: ByteString): ReceivedAuth => {
  const idEnd = line.indexOf('\t', AUTH_LENGTH);
  const digits = idEnd === -1 ? '' : line.slice(AUTH_LENGTH, idEnd);
  const id = parseUint32(digits);
  if (id === undefined || id === 0) throw new AuthCommandError('broken-auth', 'sent broken AUTH request');
  const mechanismEnd = line.indexOf('\t', idEnd + 1);
  const paramsStart = mechanismEnd === -1 ? line.length : mechanismEnd + 1;
  const command: ReceivedAuth = {
    cmd: 'AUTH',
    id,
    idText: digits.charCodeAt(0) === DIGIT_0 ? String(id) : digits,
    mechanism: line.slice(idEnd + 1, mechanismEnd === -1 ? line.length : mechanismEnd),
    params: '',
    places: { hasService: false, hasForwardFields: false, lip: -1, lport: -1 },
    resp: undefined,
  };
  readParams(command, line, paramsStart);
  return command;
};

/** One pass over the parameters, from one TAB to the next. */
const readParams = (command: ReceivedAuth, line: ByteString, paramsStart: number): void => {
  const { places } = command;
  for (let start = paramsStart; start < line.length; ) {
    const tab = line.indexOf('\t', start);
    const end = tab === -1 ? line.length : tab;
    switch (line.charCodeAt(start)) {
      case LETTER.s:
        places.hasService ||= line.startsWith('service=', start);
        break;
      case LETTER.p:
        places.hasService ||= line.startsWith('protocol=', start);
        break;
      case LETTER.l:
        if (line.startsWith('ip=', start + 1)) places.lip = start + 'lip='.length - paramsStart;
        else if (line.startsWith('port=', start + 1)) places.lport = start + 'lport='.length - paramsStart;
        break;
      case LETTER.f:
        places.hasForwardFields ||= line.startsWith('forward_fields=', start);
        break;
      case LETTER.r:
        if (!isResp(line, start, end)) break;
        if (tab !== -1) throw new AuthCommandError('after-resp', "sent AUTH parameters after 'resp'");
        command.params = start === paramsStart ? '' : line.slice(paramsStart, start - 1);
        command.resp = unescapeTab(line.slice(start + 'resp='.length));
        return;
      default:
    }
    start = end + 1;
  }
  command.params = line.slice(paramsStart);
};

const AUTH_LENGTH = 'AUTH\t'.length;
const DIGIT_0 = 0x30;
/** Of the parameters that are looked for. */
const LETTER = { f: 0x66, l: 0x6c, p: 0x70, r: 0x72, s: 0x73 } as const;

/** A word of its own, with or without a value. */
const isResp = (line: ByteString, start: number, end: number): boolean =>
  line.startsWith('esp', start + 1) &&
  (end === start + 'resp'.length || line.charCodeAt(start + 'resp'.length) === EQUALS_SIGN);

const EQUALS_SIGN = 0x3d;

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
