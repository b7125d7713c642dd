/**
 * Runs a leg on one stream: lines in, what it says out, one write for each read. Ends at the login's reply, at a failure or
 * redirect, when the stream is over, or when TLS must begin; then nothing listens to the stream any more and it is paused.
 */
import type { Duplex } from 'node:stream';
import {
  assertNever,
  type ByteString,
  createLineDecoder,
  type LineDecoder,
  type Referral,
  WireError,
} from '@homing/wire';
import type { Leg, LegEffect, LegEvent, LegTask, ProxyFailure } from '../../core/backend/leg.ts';

/** Dovecot's MAX_PROXY_INPUT_SIZE. */
const MAX_LINE = 4096;

export type DialogueEnd<State> =
  | { end: 'logged-in'; reply: ByteString; capability: ByteString | undefined; rest: ByteString; bytesSent: number }
  | { end: 'failure'; failure: ProxyFailure; state: State }
  | { end: 'redirect'; to: Referral }
  | { end: 'start-tls'; state: State }
  | { end: 'closed'; error: Error | undefined; state: State };

export type DialogueHooks = {
  forward(line: ByteString): void;
  complain(text: string): void;
};

/** `first`: an event to begin with, before anything is read. `onState` hears of each new state (for a timeout's log). */
export const runDialogue = <State>(
  stream: Duplex,
  leg: Leg<State>,
  task: LegTask,
  begin: { state: State; first: LegEvent | undefined },
  hooks: DialogueHooks & { onState(state: State): void },
): Promise<DialogueEnd<State>> =>
  new Promise((resolve) => {
    const lines = createLineDecoder(MAX_LINE);
    let { state } = begin;
    let bytesSent = 0;
    let unsent = '';
    let failure: Error | undefined;

    const finish = (end: DialogueEnd<State>): void => {
      stream.pause();
      stream.off('data', receive).off('end', closed).off('close', closed).off('error', failed);
      resolve(end);
    };
    const flush = (): void => {
      if (unsent !== '' && stream.writable) stream.write(unsent, 'latin1');
      bytesSent += unsent.length;
      unsent = '';
    };
    const step = (event: LegEvent): DialogueEnd<State> | undefined => {
      const [next, effects] = leg.step(task, state, event);
      state = next;
      hooks.onState(next);
      let end: DialogueEnd<State> | undefined;
      for (const effect of effects) {
        if (effect.do === 'send') unsent += effect.bytes;
        else end = apply(effect, { state, lines, bytesSent: () => bytesSent + unsent.length }, hooks) ?? end;
      }
      return end;
    };
    const receive = (chunk: Buffer): void => {
      lines.push(chunk.toString('latin1'));
      const end = takeLines(lines, (line) => step({ on: 'line', line }), state);
      flush();
      if (end !== undefined) finish(end);
    };
    const failed = (error: Error): void => {
      failure = error;
    };
    const closed = (): void => finish({ end: 'closed', error: failure, state });

    stream.on('data', receive).once('end', closed).once('close', closed).on('error', failed);
    if (begin.first !== undefined) step(begin.first);
    flush();
    if (stream.destroyed) closed();
    else stream.resume();
  });

const takeLines = <State>(
  lines: LineDecoder,
  step: (line: ByteString) => DialogueEnd<State> | undefined,
  state: State,
): DialogueEnd<State> | undefined => {
  try {
    for (let line = lines.next(); line !== undefined; line = lines.next()) {
      const end = step(line);
      if (end !== undefined) return end;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { end: 'failure', failure: { code: 'protocol', text: 'Too long input line' }, state };
  }
};

type Situation<State> = { state: State; lines: LineDecoder; bytesSent: () => number };

const apply = <State>(
  effect: Exclude<LegEffect, { do: 'send' }>,
  { state, lines, bytesSent }: Situation<State>,
  hooks: DialogueHooks,
): DialogueEnd<State> | undefined => {
  switch (effect.do) {
    case 'forward':
      hooks.forward(effect.line);
      return undefined;
    case 'complain':
      hooks.complain(effect.text);
      return undefined;
    case 'fail':
      return { end: 'failure', failure: effect.failure, state };
    case 'redirect':
      return { end: 'redirect', to: effect.to };
    case 'start-tls':
      // Whatever came with the go-ahead was not protected, and may not be taken for what comes after.
      if (lines.pending() === 0) return { end: 'start-tls', state };
      return { end: 'failure', failure: { code: 'protocol', text: 'Input after STARTTLS reply, before TLS' }, state };
    case 'logged-in': {
      const { reply, capability } = effect;
      return { end: 'logged-in', reply, capability, rest: lines.takeRest(), bytesSent: bytesSent() };
    }
    default:
      return assertNever(effect);
  }
};
