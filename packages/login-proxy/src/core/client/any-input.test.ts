import { anyBytesCut, cutAnywhere } from '@homing/wire/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rehearse } from '../../../testing/rehearsal.ts';
import type { ClientEvent, Effect } from './event.ts';

/** An auth server that challenges once and then refuses. */
const refuseAll = (effect: Effect): ClientEvent | undefined => {
  if (effect.do === 'authenticate' && effect.resp === undefined) return { on: 'auth-continue', data: '' };
  if (effect.do === 'authenticate' || effect.do === 'respond') return { on: 'auth-fail', params: ['user=joe'] };
  return undefined;
};

const WORDS =
  'a b LOGIN AUTHENTICATE PLAIN ID NIL CAPABILITY USER PASS AUTH CAPA XCLIENT FORWARD= ADDR= * = AGEAYg== joe ( ) "'.split(
    ' ',
  );
const BYTES = [' ', ' ', '\r\n', '\r\n', '\n', '\r', '\0', '\t', '\x01', '\xff', '{3}', '{3+}', '\\', 'x'.repeat(1100)];
const words = fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...BYTES));
const dialogue = fc
  .array(words, { minLength: 1, maxLength: 60 })
  .map((parts) => parts.join(''))
  .chain((bytes) => cutAnywhere(bytes));

describe.each(['imap', 'pop3'] as const)('%s', (protocol) => {
  test('any input ends in whole lines, and as it would uncut', () => {
    fc.assert(
      fc.property(fc.oneof(dialogue, anyBytesCut(3000)), fc.boolean(), (chunks, trusted) => {
        const answers = [chunks, [chunks.join('')]].map((pieces) => {
          const client = rehearse({ protocol, trusted, answer: refuseAll });
          client.happen({ on: 'auth-ready' });
          return pieces.map((piece) => client.send(piece)).join('');
        });
        expect(answers[0]).toBe(answers[1]);
        expect(answers[0]).toMatch(/^(?:[^\r\n]*\r\n)*$/);
      }),
    );
  });

  test('nothing a client sends becomes a line or a field of its own towards the auth server', () => {
    fc.assert(
      fc.property(dialogue, (chunks) => {
        const client = rehearse({ protocol, trusted: true, answer: refuseAll });
        client.happen({ on: 'auth-ready' });
        for (const chunk of chunks) client.send(chunk);
        for (const effect of client.effects()) {
          if (effect.do === 'authenticate') expect(effect.resp ?? '').toMatch(/^[A-Za-z0-9+/=]*$/);
          if (effect.do === 'respond') expect(effect.data).toMatch(/^[A-Za-z0-9+/=]*$/);
        }
      }),
    );
  });
});
