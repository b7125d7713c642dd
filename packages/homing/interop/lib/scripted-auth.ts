/** An auth server that says what a test wants it to say. */
import type { ProtocolFactory } from '@homing/io';
import { createLineDecoder, decodeBase64 } from '@homing/wire';

export type ScriptedAuth = {
  readonly factory: ProtocolFactory;
  /** All lines of all clients, without the hellos. */
  readonly heard: string[];
};

export type AuthScript = {
  /** Which kind of socket it is, and the minor version it says it has. */
  readonly kind: 'login' | 'userdb';
  readonly minor: number;
  /** Lines of MECH. */
  readonly mechanisms?: readonly string[];
  /** To AUTH with an initial response and to lookups, by name; `ID` stands for the request's. `hang up` closes. */
  readonly reply: (user: string, line: string) => string | undefined;
};

export const scriptedAuth = ({ kind, minor, mechanisms = ['PLAIN\tplaintext'], reply }: AuthScript): ScriptedAuth => {
  const heard: string[] = [];
  const hello =
    kind === 'userdb'
      ? `VERSION\t1\t${minor}\nSPID\t4711\n`
      : [
          `VERSION\t1\t${minor}`,
          ...mechanisms.map((mechanism) => `MECH\t${mechanism}`),
          'SPID\t4711',
          'CUID\t1',
          `COOKIE\t${'0123456789abcdef'.repeat(2)}`,
          'DONE\n',
        ].join('\n');
  return {
    heard,
    factory(outlet) {
      const lines = createLineDecoder(16_384);
      outlet.send(hello);
      return {
        receive(bytes) {
          lines.push(bytes);
          for (let line = lines.next(); line !== undefined; line = lines.next()) {
            if (/^(?:VERSION|CPID)\t/.test(line)) continue;
            heard.push(line);
            const answer = reply(userOf(line), line);
            if (answer === 'hang up') outlet.close();
            else if (answer !== undefined) outlet.send(`${answer.replaceAll('ID', line.split('\t')[1] ?? '')}\n`);
          }
        },
        end: () => undefined,
      };
    },
  };
};

const userOf = (line: string): string => {
  const [word, , user = ''] = line.split('\t');
  if (word !== 'AUTH') return user;
  const resp = /\tresp=([^\t]*)$/.exec(line)?.[1];
  return resp === undefined ? '' : (decodeBase64(resp).split('\0')[1] ?? '');
};
