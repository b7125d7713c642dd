/** One director of the simulation: its core, its connections, and what came while it was frozen. */
import type { LogLevel } from '@homing/io';
import { type IpAddress, parseIpAddress } from '@homing/wire';
import type { Director } from '../../core/director.ts';
import type { End } from './network.ts';
import type { MailUser } from './users.ts';

export type LogLine = { readonly at: number; readonly level: LogLevel; readonly text: string };

/** A login that waits for its mail host. `seconds`: how long its session will last. */
export type WaitingLogin = { readonly user: MailUser; readonly seconds: number; readonly since: number };

export type SimMember = {
  /** `d1` has the address 10.1.0.1. */
  readonly name: string;
  readonly ip: IpAddress;
  status: 'stopped' | 'running' | 'frozen';
  /** Counts its starts; what was meant for an earlier life is lost. */
  life: number;
  /** Of the present life. */
  director: Director | undefined;
  readonly ends: Map<number, End>;
  readonly peers: Map<End, number>;
  /** Peers whose next batch of users is on its way. */
  readonly handingOver: Set<number>;
  readonly logins: Map<number, WaitingLogin>;
  /** What happened to it while it was frozen, in order. */
  backlog: (() => void)[];
  /** When it is woken next, by its own clock. */
  wakeAt: number;
  isContinuing: boolean;
  /** How far its clock is ahead, milliseconds. */
  skew: number;
  /** Its login processes do not answer kicks. */
  isDeaf: boolean;
  log: LogLine[];
};

export const RING_PORT = 9090;

export const createMember = (name: string): SimMember => ({
  name,
  ip: directorIp(name),
  status: 'stopped',
  life: 0,
  director: undefined,
  ends: new Map(),
  peers: new Map(),
  handingOver: new Set(),
  logins: new Map(),
  backlog: [],
  wakeAt: Number.POSITIVE_INFINITY,
  isContinuing: false,
  skew: 0,
  isDeaf: false,
  log: [],
});

const directorIp = (name: string): IpAddress => {
  const ip = /^d[1-9][0-9]?$/.test(name) ? parseIpAddress(`10.1.0.${name.slice(1)}`) : undefined;
  if (ip === undefined) throw new Error(`not the name of a director: ${name}`);
  return ip;
};

export const directorName = (ip: string): string => `d${ip.slice('10.1.0.'.length)}`;
