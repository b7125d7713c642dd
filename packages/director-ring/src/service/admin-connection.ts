/**
 * `director-admin`: commands of doveadm and poolmon, answered in order. While one waits the next ones wait too, and all
 * that came are run even if the client has closed its end: poolmon never reads a reply.
 */
import type { ProtocolFactory } from '@homing/io';
import {
  type ByteString,
  checkDirectorAdminHello,
  createLineDecoder,
  DIRECTOR_ADMIN_HELLO,
  DIRECTOR_ADMIN_MAX_LINE,
  parseDirectorAdminCommand,
  WireError,
} from '@homing/wire';
import { runCommand } from '../core/admin/run-command.ts';
import { createListSender } from './list-sender.ts';
import type { Runtime } from './runtime.ts';

/** Unread commands behind one that waits. */
const PENDING_LIMIT = 65_536;

type State = { at: 'hello' | 'ready' | 'waiting' | 'closed' };

export const serveAdmin =
  (runtime: Runtime): ProtocolFactory =>
  (client) => {
    const { director, log } = runtime;
    const lines = createLineDecoder(DIRECTOR_ADMIN_MAX_LINE);
    let state: State = { at: 'hello' };
    let hasEnded = false;

    const goOn = (reply: ByteString): void => {
      client.send(reply);
      if (state.at !== 'waiting') return;
      state = { at: 'ready' };
      client.resume();
      work();
    };
    const session = runtime.openSession(goOn);
    const finish = (): void => {
      state = { at: 'closed' };
      runtime.closeSession(session);
      client.close();
    };
    const list = createListSender(client, () => goOn(''));
    const run = (line: ByteString): void => {
      if (state.at === 'hello') {
        checkDirectorAdminHello(line);
        state = { at: 'ready' };
        return;
      }
      // Before the command: its late reply may come while it starts.
      state = { at: 'waiting' };
      const result = runCommand(director, parseDirectorAdminCommand(line), session, runtime.now());
      if (result.result === 'wait') return;
      if (result.result === 'rows') {
        list.start(result.rows);
        return;
      }
      state = { at: 'ready' };
      client.send(result.reply);
    };
    const work = (): void => {
      try {
        while (state.at === 'hello' || state.at === 'ready') {
          const line = lines.next();
          if (line === undefined) break;
          run(line);
          runtime.settle();
        }
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        const isLong = error.code === 'line-too-long';
        const text = isLong ? `doveadm sent us more than ${DIRECTOR_ADMIN_MAX_LINE + 1} bytes` : error.message;
        log.error('director_admin_invalid', {}, text);
        finish();
      }
      if (state.at === 'waiting' && lines.pending() > PENDING_LIMIT) client.pause();
      if (hasEnded && (state.at === 'hello' || state.at === 'ready')) finish();
    };

    client.send(DIRECTOR_ADMIN_HELLO);
    return {
      receive(bytes) {
        lines.push(bytes);
        work();
      },
      end() {
        hasEnded = true;
        list.end();
        work();
      },
      drained: () => list.drained(),
    };
  };
