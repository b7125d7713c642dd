/**
 * The processes that registered on one ipc listener (`login/ipc-proxy`): takes their handshakes, sends them commands and
 * hands back each one's replies (ipc/ipc-group.c, ipc-connection.c). The first to register names the group.
 */
import type { Log, Outlet, Protocol } from '@homing/io';
import {
  type ByteString,
  createLineDecoder,
  formatIpcTagged,
  IPC_MAX_ANSWER,
  IPC_MAX_LINE,
  type IpcHandshake,
  type IpcReply,
  ipcProxyHello,
  parseIpcHandshake,
  parseIpcReply,
  parseIpcServerVersion,
  parseIpcTagged,
  WireError,
} from '@homing/wire';

/** Gets all replies of one process; the last is no `line`. */
type Answered = (replies: readonly IpcReply[]) => void;

export type IpcMember = {
  readonly id: number;
  readonly pid: number;
  send(command: ByteString, answered: Answered): void;
};

export type IpcGroup = {
  readonly name: ByteString | undefined;
  readonly members: ReadonlyMap<number, IpcMember>;
  accept(outlet: Outlet): Protocol;
};

export type IpcGroupOptions = {
  readonly log: Log;
  /** Connection ids are unique over all groups. */
  readonly nextId: () => number;
  readonly onRegistered: (group: ByteString, id: number) => void;
};

export const createIpcGroup = ({ log, nextId, onRegistered }: IpcGroupOptions): IpcGroup => {
  const members = new Map<number, IpcMember>();
  let name: ByteString | undefined;
  return {
    get name() {
      return name;
    },
    members,
    accept(outlet) {
      const id = nextId();
      const joined: Hooks['joined'] = ({ group, pid }, send) => {
        name ??= group;
        if (name !== group) {
          const text = `IPC server named itself unexpectedly: ${group} (existing ones were ${name})`;
          throw new WireError('bad-line', text);
        }
        members.set(id, { id, pid, send });
      };
      const registered = (group: ByteString): void => onRegistered(group, id);
      return memberProtocol(outlet, { joined, registered, log, ended: () => members.delete(id) });
    },
  };
};

type Hooks = {
  readonly joined: (handshake: IpcHandshake, send: IpcMember['send']) => void;
  /** It can be sent commands now. */
  readonly registered: (group: ByteString) => void;
  readonly ended: () => void;
  readonly log: Log;
};

const memberProtocol = (outlet: Outlet, { joined, registered, ended, log }: Hooks): Protocol => {
  const lines = createLineDecoder(IPC_MAX_LINE);
  const pending = new Map<number, { replies: IpcReply[]; bytes: number; answered: Answered }>();
  let lastTag = 0;
  let isGreeted = false;
  let group: ByteString | undefined;
  let pid = 0;

  /** Commands under way fail with the text that also goes to the log. */
  const fail = (reason: string, isFault: boolean): void => {
    ended();
    const data = `IPC: '${group ?? '#'}' PID ${pid} server connection: ${reason}`;
    if (isFault) log.error('ipc_connection_failed', {}, data);
    const unanswered = [...pending.values()];
    pending.clear();
    for (const { replies, answered } of unanswered) answered([...replies, { reply: 'error', data }]);
  };
  const takeReply = (line: ByteString): void => {
    const { tag, rest } = parseIpcTagged(line);
    const reply = parseIpcReply(rest);
    const command = pending.get(tag);
    if (command === undefined) {
      log.error('ipc_unexpected_reply', {}, `IPC server: Input for unexpected command tag ${tag}`);
      return;
    }
    command.replies.push(reply);
    command.bytes += line.length;
    if (command.bytes > IPC_MAX_ANSWER) throw new WireError('bad-line', 'Answer is too long');
    if (reply.reply === 'line') return;
    pending.delete(tag);
    command.answered(command.replies);
  };
  const send: IpcMember['send'] = (command, answered) => {
    lastTag = (lastTag % 0xffff_ffff) + 1;
    pending.set(lastTag, { replies: [], bytes: 0, answered });
    outlet.send(`${formatIpcTagged({ tag: lastTag, rest: command })}\n`);
  };
  const take = (line: ByteString): void => {
    if (!isGreeted) {
      parseIpcServerVersion(line);
      isGreeted = true;
    } else if (group === undefined) {
      const handshake = parseIpcHandshake(line);
      joined(handshake, send);
      ({ group, pid } = handshake);
      registered(group);
    } else takeReply(line);
  };
  outlet.send(ipcProxyHello());
  return {
    receive(bytes) {
      try {
        lines.push(bytes);
        for (let line = lines.next(); line !== undefined; line = lines.next()) take(line);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        fail(faultText(error, group), true);
        outlet.close();
      }
    },
    end: (error) => fail(error === undefined ? 'Connection closed' : `Connection closed: ${error.message}`, false),
  };
};

const faultText = (error: WireError, group: ByteString | undefined): string => {
  if (error.code === 'bad-version') {
    return 'IPC server not compatible with this server (mixed old and new binaries?)';
  }
  return group === undefined ? error.message : `Invalid input from IPC server '${group}': ${error.message}`;
};
