/** Opens the ipc socket and asks all login processes (doveadm-proxy.c, ipc-client.c). */
import { formatIpcRequest, formatProxyCommand, type IpcReply, type ProxyCommand, parseIpcReply } from '@homing/wire';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';

/** Replies up to the last one, which is `ok` or `error`; a connection that fails ends in an `error` too. */
export async function* askProxies(command: ProxyCommand, context: Context): AsyncGenerator<IpcReply> {
  const { base_dir, homing_ipc_socket } = context.settings();
  const path = context.values.text('socket-path') ?? (homing_ipc_socket || `${base_dir}/ipc`);
  const ipc = await connect(path, context);
  ipc?.send(`${formatIpcRequest({ group: 'proxy', to: '*', command: formatProxyCommand(command) })}\n`);
  for (;;) {
    const line = ipc === undefined ? '-ipc connect failed' : ((await ipc.next()) ?? '-ipc connection lost');
    const reply = parseIpcReply(line);
    yield reply;
    if (reply.reply !== 'line') break;
  }
  ipc?.close();
}

const connect = async (path: string, { host, error }: Context): Promise<Conversation | undefined> => {
  try {
    return await converse(host.connectUnix(path));
  } catch (failure) {
    error(`connect(${path}) failed: ${(failure as Error).message}`);
    return undefined;
  }
};
