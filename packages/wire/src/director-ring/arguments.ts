/** Arguments that several commands share. The texts of the errors are director-connection.c's. */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { parsePort, parseUint32 } from '../line/number.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';
import type { RingOrigin } from './command.ts';

export type Args = readonly ByteString[];

export const invalidParameters = (): WireError => new WireError('bad-line', 'Invalid parameters');

export const readUint = (field: ByteString | undefined): number => {
  const value = parseUint32(field);
  if (value === undefined) throw invalidParameters();
  return value;
};

export const readIp = (field: ByteString | undefined): IpAddress => {
  const ip = field === undefined ? undefined : parseIpAddress(field);
  if (ip === undefined) throw invalidParameters();
  return ip;
};

/** ME, DIRECTOR, DIRECTOR-REMOVE, CONNECT, SYNC say more exactly what is wrong (director_args_parse_ip_port()). */
export const readIpPort = ([ipText, portText]: Args): { ip: IpAddress; port: number } => {
  if (ipText === undefined || portText === undefined) throw new WireError('bad-line', 'Missing IP+port parameters');
  const ip = parseIpAddress(ipText);
  if (ip === undefined) throw new WireError('bad-line', `Invalid IP address: ${ipText}`);
  const port = parsePort(portText);
  if (port === undefined) throw new WireError('bad-line', `Invalid port: ${portText}`);
  return { ip, port };
};

/** The first three arguments of a numbered change, and those that follow (director_cmd_is_seen_full()). */
export const readOrigin = ([ip, portText, seq, ...rest]: Args): { origin: RingOrigin; rest: Args } => {
  const port = parsePort(portText);
  if (port === undefined) throw invalidParameters();
  return { origin: { ip: readIp(ip), port, seq: readUint(seq) }, rest };
};

/** A time_t as str_to_time() reads it: signed, more than 32 bit. Real directors pass on what they could read. */
export const parseTime = (field: ByteString | undefined): number | undefined => {
  if (field === undefined || !/^-?[0-9]{1,16}$/.test(field)) return undefined;
  const value = Number(field);
  return Number.isSafeInteger(value) ? value : undefined;
};
