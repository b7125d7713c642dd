/** No backend takes users: 2.4's services wait for as long as the director does, and then nobody is turned away for good. */
import { connectInProcess, createMemoryLog } from '@homing/io';
import { expect, test } from 'vitest';
import { startOwnAuth, startOwnDirector } from './lib/auth-parts.ts';
import { PROTOCOLS } from './lib/five-protocols.ts';
import { answerAt, LOGIN24_HOST, startLogin24 } from './lib/login24.ts';
import { describeWithDovecot24 } from './lib/suite.ts';
import { until } from './lib/until.ts';

const config = `passdb {
  driver = static
  args = password=pw proxy=y port=9
}
`;

describeWithDovecot24('no backend', () => {
  test('clients of all protocols', async () => {
    await using stack = new AsyncDisposableStack();
    const log = createMemoryLog('test');
    const { server } = stack.use(await startOwnAuth(() => config, {}, log));
    const auth = { login: server.serve('login', undefined), userdb: server.serve('userdb', undefined) };
    const director = stack.use(await startOwnDirector('127.0.26.9', auth, log));
    let told = '';
    await connectInProcess(
      director.acceptAdmin,
      log,
    )((outlet) => {
      outlet.send('VERSION\tdirector-doveadm\t1\t0\nHOST-SET\t127.0.26.9\t0\n');
      return {
        receive(bytes) {
          told += bytes;
        },
        end: () => undefined,
      };
    });
    await until('the host to have no users', 5000, () => told.endsWith('OK\n'));
    const site = stack.use(await startLogin24({ login: director.acceptAuth, userdb: director.acceptUserdb, log }));
    const answers = PROTOCOLS.map((protocol) =>
      answerAt({ host: LOGIN24_HOST, port: site.ports[protocol] }, protocol, 'alice', 'pw', 45_000),
    );
    expect(await Promise.all(answers)).toEqual([
      'a NO [UNAVAILABLE] Temporary authentication failure.',
      '-ERR [SYS/TEMP] Temporary authentication failure.',
      '454 4.7.0 Temporary authentication failure.',
      'NO (TRYLATER) "Temporary authentication failure."',
      '451 4.3.0 <alice> Temporary user lookup failure',
    ]);
  });
});
