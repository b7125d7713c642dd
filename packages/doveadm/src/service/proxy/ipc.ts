/** Opens the ipc socket and asks all login processes (doveadm-proxy.c, ipc-client.c). */
import {
  type ByteString,
  formatIpcRequest,
  formatProxyCommand,
  type IpcReply,
  type ProxyCommand,
  parseIpcReply,
  WireError,
} from '@homing/wire';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';

/** Replies up to the last one, which is `ok` or `error`; a connection that fails ends in an `error` too. */
export async function* askProxies(command: ProxyCommand, path: string, context: Context): AsyncGenerator<IpcReply> {
  const ipc = await connect(path, context);
  ipc?.send(`${formatIpcRequest({ group: 'proxy', to: '*', command: formatProxyCommand(command) })}\n`);
  for (;;) {
    const line = ipc === undefined ? '-ipc connect failed' : ((await ipc.next()) ?? '-ipc connection lost');
    const reply = readReply(line, context);
    yield reply;
    if (reply.reply !== 'line') break;
  }
  ipc?.close();
}

const readReply = (line: ByteString, { error }: Context): IpcReply => {
  try {
    return parseIpcReply(line);
  } catch (failure) {
    if (!(failure instanceof WireError)) throw failure;
    error(`IPC proxy sent invalid input: ${line}`);
    return { reply: 'error', data: 'Invalid input' };
  }
};

const connect = async (path: string, { host, error }: Context): Promise<Conversation | undefined> => {
  try {
    return await converse(host.connectUnix(path));
  } catch (failure) {
    error(`connect(${path}) failed: ${(failure as Error).message}`);
    return undefined;
  }
};
