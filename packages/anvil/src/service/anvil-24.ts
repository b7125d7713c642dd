/**
 * The anvil socket for administrators who come with Dovecot 2.4's protocol (`doveadm who`, `kick`, `proxy list`,
 * `penalty`): the sessions of the login processes that are registered with ipc. Mail processes have their own Dovecot's
 * anvil. One command at a time; kicks are answered when all login processes have.
 *
 *     C: VERSION anvil-client 2 0, empty line     S: VERSION anvil-server 2 0     C: CONNECT-DUMP ...
 */
import type { Log, Outlet, Protocol } from '@homing/io';
import {
  ANVIL_CLIENT_MAX_COMMAND,
  type AnvilClientCommand,
  type AnvilConnection,
  type AnvilPenalty,
  anvilServerHello,
  assertNever,
  type ByteString,
  createLineDecoder,
  formatAnvilKickCount,
  formatAnvilPenalties,
  formatConnectDump,
  formatProxyCommand,
  parseAnvilClientCommand,
  parseAnvilClientVersion,
  splitTabs,
  WireError,
} from '@homing/wire';
import { type ListedSessions, listedSessions, readRows } from '../core/listed-sessions.ts';
import type { IpcAnswer } from './ipc.ts';

/** Asks all login processes. */
export type AskProxies = (command: ByteString, done: (answers: readonly IpcAnswer[]) => void) => void;

export type Anvil24Options = {
  readonly askProxies: AskProxies;
  /** Reported by 2.3's protocol. */
  readonly connections: () => Iterable<AnvilConnection>;
  readonly penalties: () => readonly AnvilPenalty[];
  readonly log: Log;
};

/** What 2.4's other sockets take, and its processes say. */
const NOT_HERE = new Set(['CONNECT', 'DISCONNECT', 'KILL', 'LOOKUP', 'PENALTY-GET', 'PENALTY-INC']);

export const anvil24Protocol = (outlet: Outlet, options: Anvil24Options): Protocol => {
  const lines = createLineDecoder(ANVIL_CLIENT_MAX_COMMAND);
  let at: 'version' | 'handshake' | 'commands' = 'version';
  let isBusy = false;
  let isTaking = false;
  let isGone = false;

  const take = (line: ByteString): void => {
    switch (at) {
      case 'version':
        parseAnvilClientVersion(line);
        at = 'handshake';
        outlet.send(anvilServerHello());
        break;
      case 'handshake':
        checkHandshake(line);
        at = 'commands';
        break;
      case 'commands':
        isBusy = true;
        run(line, options, answered);
        break;
      default:
        assertNever(at);
    }
  };
  /** Called while the command is taken, or later; then the lines that waited are next. */
  const answered = (reply: ByteString): void => {
    isBusy = false;
    if (isGone) return;
    outlet.send(reply);
    if (!isTaking) takeLines();
  };
  const nextLine = (): ByteString | undefined => (isBusy ? undefined : lines.next());
  const takeLines = (more = ''): void => {
    let line: ByteString | undefined = '';
    isTaking = true;
    try {
      lines.push(more);
      for (line = nextLine(); line !== undefined; line = nextLine()) take(line);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      isGone = true;
      options.log.error('anvil_client_refused', {}, refusalText(error, line ?? ''));
      outlet.close();
    }
    isTaking = false;
    if (isBusy) outlet.pause();
    else outlet.resume();
  };
  return {
    receive: takeLines,
    end() {
      isGone = true;
    },
  };
};

/** Dovecot's processes give their service and PID, to be told of kicks. */
const checkHandshake = (line: ByteString): void => {
  const [service = ''] = splitTabs(line);
  if (service === '') return;
  throw new WireError('bad-line', `service ${service} belongs to a Dovecot with an anvil of its own`);
};

const refusalText = (error: WireError, line: ByteString): string => {
  if (error.code === 'line-too-long') return 'BUG: Anvil client connection sent too much data';
  if (error.code !== 'bad-version') return `Anvil client input error: ${error.message}: ${line}`;
  return `Anvil client not compatible with this server (mixed old and new binaries?) ${line}`;
};

type Answered = (reply: ByteString) => void;

const run = (line: ByteString, options: Anvil24Options, answered: Answered): void => {
  const [word = ''] = splitTabs(line);
  if (word === '') throw new WireError('bad-line', 'Anvil client sent empty line');
  if (NOT_HERE.has(word)) throw new WireError('bad-line', `${word}: Not allowed on this connection type`);
  if (word === 'PENALTY-DUMP') answered(formatAnvilPenalties(options.penalties()));
  else answer(parseAnvilClientCommand(line), options, answered);
};

const answer = (command: AnvilClientCommand, options: Anvil24Options, answered: Answered): void => {
  const counted = (count: number): void => answered(`${formatAnvilKickCount(count)}\n`);
  switch (command.cmd) {
    case 'CONNECT-DUMP':
      list(options, ({ fields, sessions }) => answered(formatConnectDump(fields, sessions)));
      break;
    case 'KICK-USER': {
      const { user, guid } = command;
      const kick =
        guid === undefined ? ({ cmd: 'KICK', users: [user] } as const) : ({ cmd: 'KICK-GUID', user, guid } as const);
      askKick(formatProxyCommand(kick), options, counted);
      break;
    }
    case 'KICK-ALT-USER': {
      const { field, value, exceptIp } = command;
      if (exceptIp !== undefined) kickListed(command, options, counted);
      else askKick(formatProxyCommand({ cmd: 'KICK-ALT', field, values: [value] }), options, counted);
      break;
    }
    default:
      assertNever(command);
  }
};

/** A process that refuses is left out, and named in the log. */
const askKick = (command: ByteString, { askProxies, log }: Anvil24Options, counted: (count: number) => void): void => {
  askProxies(command, (answers) => {
    let sum = 0;
    for (const { pid, replies } of answers) {
      const end = replies.at(-1);
      if (end?.reply === 'ok') sum += Number(end.data) || 0;
      else logRefusal(splitTabs(command)[0], pid, end?.data, log);
    }
    counted(sum);
  });
};

/** ipc knows no client addresses in kicks: the sessions that are not spared are kicked one by one. */
const kickListed = (
  { field, value, exceptIp }: Extract<AnvilClientCommand, { cmd: 'KICK-ALT-USER' }>,
  options: Anvil24Options,
  counted: (count: number) => void,
): void => {
  list(options, ({ fields, sessions }) => {
    const column = fields.indexOf(field);
    const hit = sessions.filter(({ values, clientIp }) => values[column] === value && clientIp !== exceptIp);
    let left = hit.length;
    let sum = 0;
    if (left === 0) counted(0);
    for (const { user, guid } of hit) {
      askKick(formatProxyCommand({ cmd: 'KICK-GUID', user, guid }), options, (count) => {
        sum += count;
        left -= 1;
        if (left === 0) counted(sum);
      });
    }
  });
};

const list = ({ askProxies, connections, log }: Anvil24Options, done: (sessions: ListedSessions) => void): void => {
  askProxies(formatProxyCommand({ cmd: 'LIST-FULL', guids: true }), (answers) => {
    const rows = answers.flatMap(({ pid, replies }) => {
      const end = replies.at(-1);
      try {
        const lines = replies.slice(0, -1).map(({ data }) => data);
        if (end?.reply === 'ok') return readRows(pid, lines);
        logRefusal('LIST-FULL', pid, end?.data, log);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        logRefusal('LIST-FULL', pid, error.message, log);
      }
      return [];
    });
    done(listedSessions(rows, connections()));
  });
};

const logRefusal = (cmd: string | undefined, pid: number, text: ByteString | undefined, log: Log): void =>
  log.error('anvil_ipc_failed', {}, `${cmd}: login process ${pid}: ${text ?? 'no reply'}`);
