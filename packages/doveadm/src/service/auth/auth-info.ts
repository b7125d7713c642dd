/** `-x key=value`: what the auth server is told about the connection that a command pretends to be. */
import {
  createRequestInfo,
  escapeTab,
  importRequestInfo,
  parseIpAddress,
  parsePort,
  type RequestInfo,
} from '@homing/wire';
import { EXIT, type Parameter } from '../../core/command/command.ts';
import { Fatal } from '../../core/command/fatal.ts';

export const authInfo: Parameter = { name: 'auth-info', type: 'array', short: 'x' };

/** Extra parameters that are none of the known ones go to the server as they are, before `resp`. */
export type Info = { readonly info: RequestInfo; readonly extra: readonly string[] };

const ADDRESSES = new Set(['lip', 'rip', 'real_lip', 'real_rip']);
const PORTS = new Set(['lport', 'rport', 'real_lport', 'real_rport']);
/** `protocol` is 2.4's word for `service`. */
const TEXTS = new Set(['service', 'protocol', 'session', 'local_name']);

/** Throws Fatal with Dovecot's text. */
export const requestInfo = (words: readonly string[]): Info => {
  const info = createRequestInfo();
  info.service = 'doveadm';
  const extra: string[] = [];
  for (const word of words) {
    const [key = '', ...rest] = word.split('=');
    const value = rest.join('=');
    if (ADDRESSES.has(key)) {
      if (parseIpAddress(value) === undefined) throw new Fatal(`${key}: Invalid ip`, EXIT.tempFail);
      importRequestInfo(info, word);
    } else if (PORTS.has(key)) {
      if (parsePort(value) === undefined) throw new Fatal(`${key}: Invalid port number`, EXIT.tempFail);
      importRequestInfo(info, word);
    } else if (TEXTS.has(key) && rest.length > 0) importRequestInfo(info, word);
    else if (key.startsWith('forward_')) {
      const field = `${escapeTab(key.slice('forward_'.length))}=${escapeTab(value)}`;
      info.forwardFields = [...info.forwardFields, field];
    } else extra.push(word);
  }
  return { info, extra };
};
