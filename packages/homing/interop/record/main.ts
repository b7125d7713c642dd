/** `scripts/record-fixtures [protocol]...`: plays all dialogues with the installed Dovecot, writes protocol-fixtures/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dovecotMissing, dovecotVersion } from '../lib/dovecot.ts';
import { dovecot24Missing, dovecot24Version } from '../lib/dovecot24.ts';
import { run } from '../lib/process.ts';
import { anvil } from './anvil.ts';
import { anvilClient } from './anvil-client.ts';
import { authClient } from './auth-client.ts';
import { authClient24, loginProcesses24 } from './auth-client-24.ts';
import { authMaster } from './auth-master.ts';
import { authMaster24, lookupPeers24 } from './auth-master-24.ts';
import { backends24 } from './backend-24.ts';
import { play } from './dialogue.ts';
import { directorAdmin } from './director-admin.ts';
import { directorRing } from './director-ring.ts';
import { imap } from './imap.ts';
import { ipc } from './ipc.ts';
import { createMask, maskPorts } from './mask.ts';
import { masterAdmin } from './master-admin.ts';
import { pop3 } from './pop3.ts';
import { proxyNotify } from './proxy-notify.ts';
import type { Peer, Recording } from './recording.ts';
import { ringPair } from './ring-pair.ts';

const ROOT = new URL('../../../../protocol-fixtures/', import.meta.url);
const record = async (wanted: readonly string[], captured: string): Promise<void> => {
  const all = [
    ...[...authClient, ...authMaster, ...directorAdmin].map((recording) => prepare(recording, captured)),
    ...[...imap, ...pop3].map((recording) => prepare(recording, captured)),
    ...proxyNotify.map((recording) => prepare(recording, captured)),
    ...anvil.map((recording) => prepare(recording, captured)),
    ...ipc.map((recording) => prepare(recording, captured)),
    ...directorRing.map((recording) => prepare(recording, captured)),
    prepare(ringPair, captured),
    ...[...authClient24, authMaster24].map((recording) => prepare(recording, captured)),
    ...[loginProcesses24, lookupPeers24].map((recording) => prepare(recording, captured)),
    ...backends24.map((recording) => prepare(recording, captured)),
    ...[...anvilClient, ...masterAdmin].map((recording) => prepare(recording, captured)),
  ];
  for (const [protocol, start] of all) {
    if (wanted.length === 0 || wanted.includes(protocol)) console.log(`${protocol}: ${await start()} fixtures`);
  }
};

/** Hides the recording's own kind of peer, so that all kinds fit one list. */
const prepare = <P extends Peer>(recording: Recording<P>, captured: string) =>
  [
    recording.protocol,
    async (): Promise<number> => recordAll(recording, recording.of === '2.4' ? await version24() : captured),
  ] as const;

/** `dovecot 2.4.1-4 (7d8c0e5759)` */
const version24 = async (): Promise<string> => {
  const missing = dovecot24Missing();
  if (missing !== undefined) throw new Error(missing);
  return `dovecot ${await dovecot24Version()}`;
};

/** `dovecot-core 1:2.3.19.1+dfsg1-2.1 (Debian GNU/Linux 12)`: the package where there is one. */
const peerVersion = async (): Promise<string> => {
  const dpkg = await run('dpkg-query', ['-W', '-f', '$' + '{Version}', 'dovecot-core']);
  const version = dpkg.code === 0 ? dpkg.stdout : await dovecotVersion();
  const release = /^PRETTY_NAME="([^"(]+?)(?: \(|")/m.exec((await run('cat', ['/etc/os-release'])).stdout)?.[1];
  return `dovecot-core ${version}${release === undefined ? '' : ` (${release})`}`;
};

const recordAll = async <P extends Peer>(recording: Recording<P>, captured: string): Promise<number> => {
  const folder = new URL(`${recording.protocol}/`, ROOT);
  await mkdir(new URL('site/', folder), { recursive: true });
  await using shared = await recording.start();
  const cases = Object.entries(recording.cases(shared));
  for (const [name, text] of Object.entries(shared.files)) {
    const file = new URL(`site/${name}`, folder);
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, maskPorts(text.replaceAll(shared.dir, '/srv/site'), shared.ports), 'latin1');
  }
  for (const [name] of cases) {
    if (recording.fresh !== true) {
      await recordCase(recording, name, shared, folder, captured);
    } else {
      await using peer = await recording.start();
      await recordCase(recording, name, peer, folder, captured);
    }
  }
  return cases.length;
};

const recordCase = async <P extends Peer>(
  recording: Recording<P>,
  name: string,
  peer: P,
  folder: URL,
  captured: string,
): Promise<void> => {
  const dialogue = recording.cases(peer)[name];
  if (dialogue === undefined) throw new Error(`no case ${name}`);
  const { dir, ports, since } = peer;
  const mask = createMask({ dir, ports, ...(since !== undefined && { since }) });
  try {
    await writeFile(
      new URL(`${name}.txt`, folder),
      await play(dialogue, peer.address, () => peer.log(), mask, captured),
    );
  } catch (error) {
    throw new Error(`${recording.protocol}/${name}: peer's log: ${peer.log().slice(-2000)}`, { cause: error });
  }
};

const missing = dovecotMissing();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}
await record(process.argv.slice(2), await peerVersion());
