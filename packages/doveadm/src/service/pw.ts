/** `pw`: makes a stored password, or checks one. */
import { asciiUpper, type ByteString } from '@homing/wire';
import { EXIT } from '../core/command/command.ts';
import { Fatal } from '../core/command/fatal.ts';
import { askPassword } from './ask-password.ts';
import type { Command, Context } from './context.ts';

const DEFAULT_SCHEME = 'CRYPT';
const MAX_TRIES = 3;
const UINT_MAX = 0xffff_ffff;

export const pw: Command = {
  name: 'pw',
  usage: '[-l] [-p plaintext] [-r rounds] [-s scheme] [-t hash] [-u user] [-V]',
  summary: 'Make a stored password; -t: check one; -l: list the schemes',
  parameters: [
    { name: 'list', type: 'bool', short: 'l' },
    { name: 'plaintext', type: 'string', short: 'p' },
    { name: 'rounds', type: 'int64', short: 'r' },
    { name: 'scheme', type: 'string', short: 's' },
    { name: 'test-hash', type: 'string', short: 't' },
    { name: 'user', type: 'string', short: 'u' },
    { name: 'reverse-verify', type: 'bool', short: 'V' },
  ],
  async run(context) {
    const { values, host, print } = context;
    const rounds = values.number('rounds') ?? 0;
    if (rounds > UINT_MAX || rounds < 0) throw new Fatal(`Invalid number of rounds: ${rounds}`, EXIT.tempFail);
    if (values.flag('list')) {
      const names = await host.passwords.schemes();
      print(`${names.map((name) => `${name} `).join('')}\n`);
      return;
    }
    const tested = values.text('test-hash');
    const plain =
      values.text('plaintext') ??
      (await (tested === undefined ? askTwice(context) : askPassword('Enter password to verify: ', context)));
    if (tested !== undefined) {
      if (!/^\{[^}]*\}/.test(tested) && !tested.startsWith('$1$')) {
        throw new Fatal('Missing {scheme} prefix from hash', EXIT.tempFail);
      }
      await check(plain, tested, context);
      print(`${withScheme(tested)} (verified)\n`);
      return;
    }
    const made = await make(plain, rounds, context);
    if (values.flag('reverse-verify')) await check(plain, made, context);
    print(`${made}${values.flag('reverse-verify') ? ' (verified)' : ''}\n`);
  },
};

/** `$1$` is MD5-CRYPT wherever it stands. */
const withScheme = (hash: ByteString): ByteString => (hash.startsWith('$1$') ? `{MD5-CRYPT}${hash}` : hash);

const make = async (plain: ByteString, rounds: number, { values, host }: Context): Promise<ByteString> => {
  const scheme = asciiUpper(values.text('scheme') ?? DEFAULT_SCHEME);
  try {
    const made = await host.passwords.generate(scheme, { plain, user: values.text('user'), rounds });
    if (made !== undefined) return made;
  } catch (error) {
    throw new Fatal((error as Error).message, EXIT.tempFail);
  }
  throw new Fatal(`Unknown scheme: ${scheme}`, EXIT.tempFail);
};

const check = async (plain: ByteString, hash: ByteString, { values, host }: Context): Promise<void> => {
  const verdict = await host.passwords.verify(plain, hash, values.text('user'));
  if (verdict === true) return;
  const why = verdict === false ? 'reverse password verification check failed: Password mismatch' : verdict.failure;
  throw new Fatal(why, EXIT.tempFail);
};

const askTwice = async (context: Context): Promise<ByteString> => {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const plain = await askPassword('Enter new password: ', context);
    if (plain === (await askPassword('Retype new password: ', context))) return plain;
    context.error("Passwords don't match!");
  }
  throw new Fatal('Too many tries', 1);
};
