/**
 * The anvil server. Sockets `anvil` and `anvil-auth-penalty` speak the same: 2.3's protocol, here, or 2.4's (anvil-24.ts),
 * as the client does.
 */
import type { Log, Outlet, Protocol, ProtocolFactory } from '@homing/io';
import {
  ANVIL_MAX_LINE,
  type AnvilCommand,
  assertNever,
  createLineDecoder,
  formatAnvilConnections,
  formatAnvilCount,
  formatAnvilPenalties,
  formatAnvilPenalty,
  parseAnvilCommand,
  parseAnvilVersion,
  WireError,
} from '@homing/wire';
import { type Connections, createConnections } from '../core/connections.ts';
import { createPenalties, type Penalties } from '../core/penalties.ts';
import { type AskProxies, anvil24Protocol } from './anvil-24.ts';
import { byVersion } from './by-version.ts';

export type AnvilOptions = {
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The login processes, whose sessions clients of 2.4 see; without it there are none. */
  readonly askProxies?: AskProxies;
};

export type Anvil = {
  /** Everybody's connections. */
  readonly client: ProtocolFactory;
  /** The master's own, which alone may say which processes died. */
  readonly master: ProtocolFactory;
  /** The same as the master's `KILL`. */
  processDied(pid: number): void;
};

type State = {
  readonly connections: Connections;
  readonly penalties: Penalties;
  readonly log: Log;
  readonly nowSeconds: () => number;
};

export const createAnvil = ({ log, now, askProxies = NOBODY }: AnvilOptions): Anvil => {
  const connections = createConnections();
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const penalties = createPenalties();
  const state = { connections, penalties, log, nowSeconds };
  const options24 = {
    askProxies,
    connections: () => connections.rows(),
    penalties: () => penalties.rows(nowSeconds()),
    log,
  };
  return {
    client: (outlet) =>
      byVersion({
        v23: () => anvilProtocol(outlet, state, false),
        v24: () => anvil24Protocol(outlet, options24),
      }),
    master: (outlet) => anvilProtocol(outlet, state, true),
    processDied: (pid) => connections.disconnectPid(pid),
  };
};

const NOBODY: AskProxies = (_command, done) => done([]);

const anvilProtocol = (outlet: Outlet, state: State, isMaster: boolean): Protocol => {
  const lines = createLineDecoder(ANVIL_MAX_LINE);
  let isGreeted = false;
  const refuse = (text: string): void => {
    state.log.error('anvil_client_refused', {}, text);
    outlet.close();
  };
  /** Empty lines are skipped. */
  const take = (line: string): string => {
    if (isGreeted) return line === '' ? '' : answer(parseAnvilCommand(line), state, isMaster);
    parseAnvilVersion(line);
    isGreeted = true;
    return '';
  };
  return {
    receive(bytes) {
      let replies = '';
      let line: string | undefined = '';
      try {
        lines.push(bytes);
        for (line = lines.next(); line !== undefined; line = lines.next()) replies += take(line);
        outlet.send(replies);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        outlet.send(replies);
        refuse(refusalText(error, line ?? ''));
      }
    },
    end: () => undefined,
  };
};

const refusalText = (error: WireError, line: string): string => {
  if (error.code === 'line-too-long') return 'BUG: Anvil client connection sent too much data';
  if (error.code !== 'bad-version') return `Anvil client input error: ${error.message}`;
  return `Anvil client not compatible with this server (mixed old and new binaries?) ${line}`;
};

/** Whole lines, or nothing for commands that have no reply. */
const answer = (command: AnvilCommand, state: State, isMaster: boolean): string => {
  const { connections, penalties, nowSeconds, log } = state;
  switch (command.cmd) {
    case 'CONNECT':
      connections.connect(command.pid, command.ident);
      return '';
    case 'DISCONNECT':
      if (!connections.disconnect(command.pid, command.ident)) {
        const text = `connect limit: disconnection for unknown pid ${command.pid} + ident ${command.ident}`;
        log.error('anvil_unknown_connection', {}, text);
      }
      return '';
    case 'KILL':
      if (!isMaster) throw new WireError('bad-line', 'KILL sent by a non-master connection');
      connections.disconnectPid(command.pid);
      return '';
    case 'LOOKUP':
      return formatAnvilCount(connections.count(command.ident));
    case 'CONNECT-DUMP':
      return formatAnvilConnections(connections.rows());
    case 'PENALTY-GET': {
      const { penalty, lastPenalty } = penalties.get(command.ident, nowSeconds());
      return formatAnvilPenalty(penalty, lastPenalty);
    }
    case 'PENALTY-INC':
      penalties.increase(command.ident, command.checksum, command.value, nowSeconds());
      return '';
    case 'PENALTY-SET-EXPIRE-SECS':
      penalties.setExpireSeconds(command.seconds);
      return '';
    case 'PENALTY-DUMP':
      return formatAnvilPenalties(penalties.rows(nowSeconds()));
    default:
      return assertNever(command);
  }
};
