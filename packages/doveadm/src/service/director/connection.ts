/** Opens the director-admin protocol: a path with a `/`, else `host:port` (doveadm-director.c director_connect). */
import {
  checkDirectorAdminHello,
  DIRECTOR_ADMIN_HELLO,
  type DirectorAdminCommand,
  encodeDirectorAdminCommand,
  parseIpAddress,
  parsePort,
  WireError,
} from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import { Fatal } from '../../core/command/fatal.ts';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';
import { within } from '../within.ts';

export type Director = Omit<Conversation, 'send'> & {
  send(command: DirectorAdminCommand): void;
  readonly path: string;
  /** `-a` was given. */
  readonly isExplicit: boolean;
};

const HELLO_MS = 5000;

/** Throws Fatal: cannot connect, no hello in time, somebody else's hello. */
export const openDirector = async (context: Context): Promise<Director> => {
  const given = context.values.text('socket-path');
  const path = given ?? `${context.settings().base_dir}/director-admin`;
  const conversation = path.includes('/') ? await openUnix(path, context) : await openTcp(path, context);
  conversation.send(DIRECTOR_ADMIN_HELLO);
  const hello = await within(HELLO_MS, nextOrFatal(conversation, path));
  if (hello === 'late') {
    conversation.close();
    throw new Fatal(`read(${path}) timed out (is director configured?)`, EXIT.tempFail);
  }
  if (hello === undefined) throw new Fatal(`${path} disconnected`, EXIT.tempFail);
  try {
    checkDirectorAdminHello(hello);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    conversation.close();
    throw new Fatal(`${path} not a compatible director-doveadm socket`, EXIT.protocol);
  }
  return {
    send: (command) => conversation.send(encodeDirectorAdminCommand(command)),
    next: () => nextOrFatal(conversation, path),
    close: () => conversation.close(),
    path,
    isExplicit: given !== undefined,
  };
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const nextOrFatal = async (conversation: Conversation, path: string): Promise<string | undefined> => {
  try {
    return await conversation.next();
  } catch (error) {
    throw new Fatal(`read(${path}) failed: ${reason(error)}`, EXIT.tempFail);
  }
};

const openUnix = async (path: string, { host }: Context): Promise<Conversation> => {
  try {
    return await converse(host.connectUnix(path));
  } catch (error) {
    throw new Fatal(`net_connect_unix(${path}) failed: ${reason(error)}`, EXIT.tempFail);
  }
};

const openTcp = async (target: string, { host }: Context): Promise<Conversation> => {
  const [, name = target, portText = '0'] = /^(.*):([^:\]]*)$/.exec(target) ?? [];
  // Without a port the original tries port 0, which nobody serves.
  const port = portText === '0' ? 0 : parsePort(portText);
  if (port === undefined) {
    throw new Fatal(`Port not known for ${target}. Either set proxy_port or use ${target}:port`, EXIT.tempFail);
  }
  const ip = await resolveOne(name.replace(/^\[(.*)\]$/, '$1'), host);
  try {
    return await converse(host.connectTcp(ip, port));
  } catch (error) {
    throw new Fatal(`connect(${ip}:${port}) failed: ${reason(error)}`, EXIT.tempFail);
  }
};

const resolveOne = async (name: string, host: Context['host']): Promise<string> => {
  if (parseIpAddress(name) !== undefined) return name;
  try {
    const [ip] = await host.resolve(name);
    if (ip !== undefined) return ip;
  } catch (error) {
    throw new Fatal(`Lookup of host ${name} failed: ${reason(error)}`, EXIT.tempFail);
  }
  throw new Fatal(`Lookup of host ${name} failed: No address associated with hostname`, EXIT.tempFail);
};
