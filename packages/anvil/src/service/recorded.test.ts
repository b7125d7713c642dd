/** Our anvil and ipc say what Dovecot's said, to the same bytes, wherever those were cut. */
import { createMemoryLog, type Log, type ProtocolFactory } from '@homing/io';
import { byteByByte, type Fixture, readFixtures } from '@homing/wire/testing';
import { describe, expect, test } from 'vitest';
import { connectTo, type Peer } from '../testing/peer.ts';
import { createAnvil } from './anvil.ts';
import { createIpc } from './ipc.ts';

/** Connection numbers of a fixture to what serves them. */
type Servers = (log: Log) => (connection: number) => ProtocolFactory;

const recorded = (fixture: Fixture): Map<number, string> => {
  const heard = new Map<number, string>();
  for (const step of fixture.steps) {
    if (step.from !== 'S') continue;
    heard.set(step.on, (heard.get(step.on) ?? '') + ('bytes' in step ? step.bytes : '<close>'));
  }
  return heard;
};

const replay = async (fixture: Fixture, servers: Servers, cut: (bytes: string) => readonly string[]) => {
  const log = createMemoryLog();
  const serverOf = servers(log);
  const peers = new Map<number, Peer>();
  for (const step of fixture.steps) {
    if (step.from !== 'C' || !('bytes' in step)) continue;
    const peer = peers.get(step.on) ?? (await connectTo(serverOf(step.on)));
    peers.set(step.on, peer);
    for (const piece of cut(step.bytes)) peer.say(piece);
  }
  const heard = new Map([...peers].map(([on, peer]) => [on, peer.heard() + (peer.isClosed() ? '<close>' : '')]));
  return { heard, logged: log.entries.map(({ text }) => text) };
};

const CUTS = [
  ['whole lines', (bytes: string) => [bytes]],
  ['single bytes', byteByByte],
] as const;

const NOW = 1_795_300_000;

/** Nonsense, which Dovecot answers in silence. */
const TOLD_BY_US = new Set(['ipc/unknown']);

describe.each(CUTS)('in %s', (_, cut) => {
  test.each(readFixtures('anvil').map((fixture) => [fixture.name, fixture] as const))('%s', async (_name, fixture) => {
    const servers: Servers = (log) => () => createAnvil({ log, now: () => NOW * 1000 }).client;
    const { heard, logged } = await replay(fixture, servers, cut);
    expect(heard.get(1)).toBe(recorded(fixture).get(1) ?? '');
    const lines = fixture.steps.flatMap((step) =>
      step.from === 'log' ? [step.text.replace('anvil: Error: ', '')] : [],
    );
    expect(logged).toEqual(lines);
  });

  /** Those without connection 1 were answered by a login process. */
  const ipcFixtures = readFixtures('ipc').filter(
    (fixture) =>
      fixture.name === 'ipc/nobody-registered' || fixture.steps.some((step) => step.from === 'C' && step.on === 1),
  );
  test.each(ipcFixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async (name, fixture) => {
    const servers: Servers = (log) => {
      const ipc = createIpc(log);
      const proxies = ipc.addListener();
      return (connection) => (connection === 1 ? proxies : ipc.client);
    };
    const { heard, logged } = await replay(fixture, servers, cut);
    for (const [on, bytes] of recorded(fixture)) expect(heard.get(on)).toBe(bytes);
    const told = TOLD_BY_US.has(name) ? 1 : 0;
    expect(logged).toHaveLength(told + fixture.steps.filter((step) => step.from === 'log').length);
  });
});
