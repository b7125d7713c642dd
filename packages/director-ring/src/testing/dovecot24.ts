/** Dovecot 2.4's anvil and login processes, scripted: sessions that can be listed and kicked. */
import { type Connect, connectInProcess, createMemoryLog, type ProtocolFactory } from '@homing/io';
import {
  type AnvilSession,
  anvilServerHello,
  createLineDecoder,
  formatAdminReply,
  formatAnvilKickCount,
  formatConnectDump,
  type IpAddress,
  masterAdminServerHello,
  parseAdminKick,
  parseAnvilClientCommand,
} from '@homing/wire';
import type { LoginProcess, SessionSockets } from '../service/session-ending.ts';

export type StandIn24 = {
  sessions: AnvilSession[];
  /** Names of further columns. */
  fields: string[];
  /** What processes and anvil were told. */
  readonly told: string[];
  dumps: number;
  /** Processes end sessions that they are told to end; `anvil` only counts them. */
  obeys: 'process' | 'anvil' | 'nobody';
  /** Whether admin sockets can be connected to. */
  mayConnect: boolean;
  /** What anvil sends instead of an answer. */
  instead: string | undefined;
  readonly sockets: SessionSockets;
  /** A session of a process of its own. */
  add(user: string, host: string, more?: Partial<AnvilSession>): AnvilSession;
};

export const createStandIn24 = (): StandIn24 => {
  const log = createMemoryLog('dovecot');
  const end = (user: string, guid: string | undefined): number => {
    const before = dovecot.sessions.length;
    dovecot.sessions = dovecot.sessions.filter((one) => one.user !== user || (guid !== undefined && one.guid !== guid));
    return before - dovecot.sessions.length;
  };
  const anvilLine = (line: string): string => {
    if (dovecot.instead !== undefined) return dovecot.instead;
    const command = parseAnvilClientCommand(line);
    if (command.cmd === 'CONNECT-DUMP') {
      dovecot.dumps++;
      return formatConnectDump(dovecot.fields, dovecot.sessions);
    }
    if (command.cmd !== 'KICK-USER') throw new Error(`nobody asks for ${command.cmd}`);
    dovecot.told.push(`anvil ${command.user}`);
    if (dovecot.obeys === 'anvil') end(command.user, command.guid);
    return `${formatAnvilKickCount(1)}\n`;
  };
  const processLine = ({ service, pid }: LoginProcess, line: string): string => {
    const kick = parseAdminKick(line);
    if ('refusal' in kick) return `${formatAdminReply({ reply: 'error', text: kick.refusal })}\n`;
    dovecot.told.push(`${service}/${pid} ${kick.user}`);
    return `${formatAdminReply({ reply: 'ok', count: dovecot.obeys === 'process' ? end(kick.user, kick.guid) : 1 })}\n`;
  };
  const refused: Connect = () => Promise.reject(new Error('Permission denied'));
  const dovecot: StandIn24 = {
    sessions: [],
    fields: [],
    told: [],
    dumps: 0,
    obeys: 'process',
    mayConnect: true,
    instead: undefined,
    sockets: {
      anvil: connectInProcess(serveLines(anvilServerHello(), 2, anvilLine), log),
      process: (process) =>
        dovecot.mayConnect
          ? connectInProcess(
              serveLines(masterAdminServerHello(), 1, (line) => processLine(process, line)),
              log,
            )
          : refused,
    },
    add(user, host, more = {}) {
      const pid = dovecot.sessions.length + 1;
      const session = {
        pid,
        user,
        service: 'imap-login',
        clientIp: undefined,
        guid: pid.toString(16).padStart(32, '0'),
        destIp: host as IpAddress,
        values: [],
        ...more,
      };
      dovecot.sessions.push(session);
      return session;
    },
  };
  return dovecot;
};

/** `greetings`: how many lines a client says before its first command. */
const serveLines =
  (hello: string, greetings: number, answer: (line: string) => string): ProtocolFactory =>
  (outlet) => {
    const lines = createLineDecoder(1023);
    let greeted = 0;
    outlet.send(hello);
    return {
      receive(bytes) {
        lines.push(bytes);
        for (let line = lines.next(); line !== undefined; line = lines.next()) {
          if (greeted++ >= greetings) outlet.send(answer(line));
        }
      },
      end: () => undefined,
    };
  };
