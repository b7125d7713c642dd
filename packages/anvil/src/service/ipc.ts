/**
 * The ipc process of Dovecot 2.3: administrators write a command to `ipc`, the processes registered on `login/ipc-proxy`
 * carry it out. One command at a time for each administrator's connection (ipc/client.c).
 */
import type { Log, Outlet, Protocol, ProtocolFactory } from '@homing/io';
import {
  type ByteString,
  createLineDecoder,
  formatIpcReply,
  IPC_MAX_LINE,
  type IpcReply,
  type IpcRequest,
  parseIpcRequest,
  WireError,
} from '@homing/wire';
import { joinIpcAnswers } from '../core/ipc-answers.ts';
import { createIpcGroup, type IpcGroup } from './ipc-group.ts';

export type Ipc = {
  /** Administrators, directors: socket `ipc`. */
  readonly client: ProtocolFactory;
  /** For the connections of one listener of processes that take commands, `login/ipc-proxy`. */
  addListener(): ProtocolFactory;
  /** Sends a command to all processes of a group; `done` gets each one's answer, once all have ended. */
  ask(group: ByteString, command: ByteString, done: (answers: readonly IpcAnswer[]) => void): void;
};

/** `replies`: the last is no `line`. */
export type IpcAnswer = { readonly pid: number; readonly replies: readonly IpcReply[] };

/** `onRegistered`: hears of each process that has registered in a group, by its connection id. */
export const createIpc = (log: Log, onRegistered: (group: ByteString, id: number) => void = () => {}): Ipc => {
  const groups: IpcGroup[] = [];
  let lastId = 0;
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  const groupOf = (name: ByteString): IpcGroup | undefined => groups.find((group) => group.name === name);
  return {
    client: (outlet) => clientProtocol(outlet, groupOf, log),
    addListener() {
      const group = createIpcGroup({ log, nextId, onRegistered });
      groups.push(group);
      return (outlet) => group.accept(outlet);
    },
    ask: (group, command, done) => askAll(groupOf(group), command, done),
  };
};

type GroupOf = (name: ByteString) => IpcGroup | undefined;

const clientProtocol = (outlet: Outlet, groupOf: GroupOf, log: Log): Protocol => {
  const lines = createLineDecoder(IPC_MAX_LINE);
  let isBusy = false;
  let isTaking = false;
  let isGone = false;
  let hasToldOfNonsense = false;

  const answer = (replies: readonly IpcReply[]): void => {
    if (isGone) return;
    outlet.send(replies.map((reply) => `${formatIpcReply(reply)}\n`).join(''));
  };
  /** Takes commands until one has to wait for its answer. */
  const takeLines = (): void => {
    isTaking = true;
    for (let line = nextLine(); line !== undefined; line = nextLine()) {
      const request = parseIpcRequest(line);
      isBusy = true;
      if ('refusal' in request) refuse(request.refusal);
      else run(request, groupOf, done);
    }
    isTaking = false;
    if (isBusy) outlet.pause();
    else outlet.resume();
  };
  /** Answered as by Dovecot, which goes on; told once, so that the log cannot be filled. */
  const refuse = (reason: string): void => {
    if (!hasToldOfNonsense) log.error('ipc_client_refused', {}, `IPC client sent invalid input: ${reason}`);
    hasToldOfNonsense = true;
    done([{ reply: 'error', data: reason }]);
  };
  const nextLine = (): ByteString | undefined => (isBusy ? undefined : lines.next());
  /** Called while the command is taken, or later; then the lines that waited are next. */
  const done = (replies: readonly IpcReply[]): void => {
    isBusy = false;
    answer(replies);
    if (!isTaking && !isGone) guarded(takeLines);
  };
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      log.error('ipc_client_refused', {}, `IPC client sent invalid input: ${error.message}`);
      isGone = true;
      outlet.close();
    }
  };
  return {
    receive: (bytes) =>
      guarded(() => {
        lines.push(bytes);
        takeLines();
      }),
    end() {
      isGone = true;
    },
  };
};

const run = ({ group: name, to, command }: IpcRequest, groupOf: GroupOf, done: (replies: IpcReply[]) => void): void => {
  const group = groupOf(name);
  const refuse = (data: string): void => done([{ reply: 'error', data }]);
  if (to === '*') {
    sendToAll(group, command, done);
    return;
  }
  if (group === undefined) {
    refuse(`Unknown IPC group: ${name}`);
    return;
  }
  const member = group.members.get(to);
  if (member === undefined) refuse(`Unknown IPC connection id: ${to}`);
  else member.send(command, (replies) => done([...replies]));
};

/** A group nobody ever joined, or nobody is in now, has nothing to say against it. */
const sendToAll = (group: IpcGroup | undefined, command: ByteString, done: (replies: IpcReply[]) => void): void => {
  askAll(group, command, (answers) => {
    const replies = answers.map((answer) => answer.replies);
    done(joinIpcAnswers(command, replies));
  });
};

const askAll = (group: IpcGroup | undefined, command: ByteString, done: Parameters<Ipc['ask']>[2]): void => {
  const members = [...(group?.members.values() ?? [])];
  const answers: IpcAnswer[] = [];
  if (members.length === 0) done(answers);
  for (const member of members) {
    member.send(command, (replies) => {
      answers.push({ pid: member.pid, replies });
      if (answers.length === members.length) done(answers);
    });
  }
};
