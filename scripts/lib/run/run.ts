/** `scripts/run`: sets up, shows one login, stays until Ctrl-C, and leaves nothing running. */
import { existsSync } from 'node:fs';
import { makeCertificate } from '../../../packages/homing/interop/lib/certificate.ts';
import { startBackends } from './backends.ts';
import { writeConfig } from './config.ts';
import { HOMEADM, startHoming } from './homing.ts';
import { loginByImap, loginByPop3 } from './login.ts';
import { findPlaces, type Places, PROXY } from './places.ts';
import { openState, protect, type State } from './state.ts';
import { DOMAIN, makeDatabase, PASSWORD, USERS } from './users.ts';

const say = (text: string): void => console.log(text);

const prepare = async (state: State, places: Places): Promise<void> => {
  makeDatabase(state.database);
  protect(state.database, state);
  if (!existsSync(state.cert) || !existsSync(state.key)) {
    await makeCertificate(state.dir, 'proxy', ['localhost', PROXY]);
  }
  writeConfig(state, places);
};

const show = async (places: Places, loginsOf: (user: string) => readonly string[]): Promise<void> => {
  const user = `${USERS[0]}@${DOMAIN}`;
  await loginByImap(places, user, PASSWORD);
  await loginByPop3(places, user, PASSWORD);
  const backends = loginsOf(user);
  say(`${user} logged in by IMAP (STARTTLS) and by POP3 (TLS): went to ${backends.join(' and to ')}`);
  if (backends.length !== 2 || backends[0] !== backends[1]) throw new Error('the two logins did not meet');
};

const suggest = (state: State, places: Places): void =>
  say(`
Try next (all users have the password ${PASSWORD}: ${USERS.join(', ')}):
  curl --ssl-reqd -k -u bob@${DOMAIN}:${PASSWORD} imap://${PROXY}:${places.imap}/
  curl -k -u bob@${DOMAIN}:${PASSWORD} pop3s://${PROXY}:${places.pop3s}/
  ${HOMEADM} -c ${state.configFile} director status bob@${DOMAIN}
  ${HOMEADM} -c ${state.configFile} director map
  tail -f ${state.logFile}

Configuration: ${state.configFile}
`);

/** From the first moment on, so that Ctrl-C while something is being started still stops what was started before. */
const catchSignals = (): { received(): boolean; wait(ended: Promise<number>): Promise<string> } => {
  const signalled = Promise.withResolvers<string>();
  let isReceived = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isReceived = true;
      signalled.resolve(signal);
    });
  }
  return {
    received: () => isReceived,
    wait: (ended) => Promise.race([signalled.promise, ended.then((code) => `Homing ended with status ${code}`)]),
  };
};

const main = async (): Promise<void> => {
  const signals = catchSignals();
  const state = openState();
  const places = await findPlaces();
  await prepare(state, places);
  if (process.getuid?.() === 0 && state.users === undefined) {
    say('Homing stays root here: no users dovecot and dovenull, or they cannot read this folder.');
  }
  await using backends = await startBackends(places);
  if (backends.kind === 'stand-in') {
    say('No Dovecot here and no root to install it: two small stand-in backends take its place.');
  }
  if (signals.received()) return;
  await using homing = await startHoming(state);
  if (signals.received()) return;
  say(
    `Homing: IMAP ${PROXY}:${places.imap} (STARTTLS) and ${places.imaps} (TLS), POP3 ${places.pop3} and ${places.pop3s}`,
  );
  say(
    `Backends (${backends.kind}): ${places.backends.map((address) => `${address}:${places.backendImap}`).join(', ')}`,
  );
  await show(places, backends.loginsOf);
  suggest(state, places);
  if (process.argv.includes('--once')) return;
  say('Ctrl-C ends all of it.');
  say(`\n${await signals.wait(homing.exited)}: stopping ...`);
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
