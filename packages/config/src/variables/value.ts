/** Finds the value behind a letter or a long name, hashes, `if` and other functions included. */
import { chooseBranch } from './condition.ts';
import { type Digests, digestVariable, isDigest } from './digest.ts';
import type { Escape, Expansion, Variables } from './expand.ts';
import type { Piece } from './template.ts';
import { unknown } from './template-error.ts';

export type Surroundings = {
  readonly variables: Variables;
  readonly quote: Escape;
  readonly digests: Digests;
  /** A parameter that is a template itself. */
  readonly expandInner: (text: string) => Expansion;
};

/** Throws VariableFailure. */
export const pieceValue = (piece: Piece & { is: 'short' | 'long' }, around: Surroundings): string =>
  piece.is === 'short' ? shortValue(piece.key, around) : longValue(piece.key, around);

const shortValue = (letter: string, { variables, quote }: Surroundings): string => {
  const value = variables(`%${letter}`);
  if (value !== undefined) return quote(value);
  if (letter === '%') return '%';
  throw unknown(letter);
};

const longValue = (key: string, around: Surroundings): string => {
  const { variables, quote, digests, expandInner } = around;
  const colon = key.indexOf(':');
  const name = colon === -1 ? key : key.slice(0, colon);
  const data = colon === -1 ? '' : key.slice(colon + 1);
  const [algorithm = '', ...options] = name.split(';');
  if (algorithm.toLowerCase() === 'if') return chooseBranch(key, expandInner);
  if (isDigest(algorithm)) {
    const lookUp = (): string => longValue(data, around);
    return digestVariable({ algorithm, options: options.join(';'), field: data, lookUp }, digests, expandInner);
  }
  // A letter's spelling is not a long name.
  const value = key.startsWith('%') ? undefined : variables(key);
  if (value !== undefined) return name === 'env' ? value : quote(value);
  throw unknown(name);
};
