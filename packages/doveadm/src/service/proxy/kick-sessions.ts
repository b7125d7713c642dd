/**
 * Kicks where Dovecot 2.4 holds the sessions: those that are meant are looked up, each process is told of its own, and
 * anvil where that cannot be. Whether they are gone is seen by looking again: anvil counts kicks that nobody heard.
 */
import { type AnvilSession, type ByteString, type ProxyCommand, parseIpAddress } from '@homing/wire';
import type { Context } from '../context.ts';
import { kickByProcess } from './admin-socket.ts';
import { type Anvil, openAnvil } from './anvil.ts';

export type KickCommand = Extract<ProxyCommand, { cmd: 'KICK' | 'KICK-ALT' | 'KICK-HOST' }>;

/** `left`: of sessions that were kicked and are still there. */
export type Kicked = { readonly count: number; readonly left: readonly AnvilSession[] };

/** Processes that are told at once; each takes a moment (admin-socket.ts). */
const PARALLEL = 200;

const LOOKS = 10;
const LOOK_EVERY_MS = 200;

/** Rejects with what went wrong. */
export const kickSessions = async (command: KickCommand, path: string, context: Context): Promise<Kicked> => {
  const hosts = command.cmd === 'KICK-HOST' ? await addressesOf(command.hosts, context) : [];
  const anvil = await openAnvil(path, context);
  const { fields, sessions } = await anvil.dump();
  const meant = sessions.filter(meantBy(command, fields, hosts));
  const kicked = await kickEach(meant, anvil, path, context);
  const left = kicked.byAnvil ? await stillThere(meant, anvil) : [];
  anvil.close();
  return { count: kicked.byAnvil ? meant.length - left.length : kicked.count, left };
};

const meantBy = (
  command: KickCommand,
  fields: readonly ByteString[],
  hosts: readonly string[],
): ((session: AnvilSession) => boolean) => {
  switch (command.cmd) {
    case 'KICK':
      return ({ user, destIp }) => destIp !== undefined && command.users.includes(user);
    case 'KICK-ALT': {
      const column = fields.indexOf(command.field);
      return ({ values, destIp }) => destIp !== undefined && command.values.includes(values[column] ?? '');
    }
    case 'KICK-HOST':
      return ({ destIp }) => destIp !== undefined && hosts.includes(destIp);
  }
};

/** Sessions are listed with their backends' addresses alone, not with the names that auth may have said. */
const addressesOf = async (names: readonly ByteString[], { host }: Context): Promise<string[]> => {
  const found = names.map(async (name) => {
    const ip = parseIpAddress(name);
    if (ip !== undefined) return [ip];
    return (await host.resolve(name)).flatMap((address) => parseIpAddress(address) ?? []);
  });
  return (await Promise.all(found)).flat();
};

/** `count`: by processes themselves. `byAnvil`: some could not be asked, and what anvil counts proves nothing. */
type EachKicked = { count: number; byAnvil: boolean };

const kickEach = async (
  meant: readonly AnvilSession[],
  anvil: Anvil,
  path: string,
  context: Context,
): Promise<EachKicked> => {
  const baseDir = path.slice(0, path.lastIndexOf('/'));
  const kicked: EachKicked = { count: 0, byAnvil: false };
  const unreached: AnvilSession[] = [];
  const processes = byProcess(meant).values();
  const next = async (): Promise<void> => {
    for (const sessions of processes) {
      const count = await kickByProcess(baseDir, sessions, context);
      if (count === undefined) unreached.push(...sessions);
      kicked.count += count ?? 0;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, next));
  for (const { user, guid } of unreached) await anvil.kick(user, guid);
  kicked.byAnvil = unreached.length > 0;
  return kicked;
};

const byProcess = (sessions: readonly AnvilSession[]): Map<string, [AnvilSession, ...AnvilSession[]]> => {
  const processes = new Map<string, [AnvilSession, ...AnvilSession[]]>();
  for (const session of sessions) {
    const key = `${session.service} ${session.pid}`;
    const others = processes.get(key);
    if (others === undefined) processes.set(key, [session]);
    else others.push(session);
  }
  return processes;
};

const stillThere = async (meant: readonly AnvilSession[], anvil: Anvil): Promise<AnvilSession[]> => {
  let left = [...meant];
  for (let look = 0; look < LOOKS && left.length > 0; look++) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const { sessions } = await anvil.dump();
    const guids = new Set(sessions.map(({ guid }) => guid));
    left = left.filter(({ guid }) => guids.has(guid));
  }
  return left;
};
