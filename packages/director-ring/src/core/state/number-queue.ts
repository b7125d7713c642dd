/** 32-bit numbers, first in, first out, 4 bytes each. Memory comes and goes in pieces: nothing is ever copied. */
export type NumberQueue = {
  push(value: number): void;
  /** Undefined if it is empty. */
  take(): number | undefined;
  hasSome(): boolean;
  clear(): void;
};

const PIECE = 4096;

export const createNumberQueue = (): NumberQueue => {
  let pieces: Uint32Array[] = [];
  /** Numbers of the first piece that are taken, and of the last one that are there. */
  let taken = 0;
  let used = PIECE;

  const hasSome = (): boolean => pieces.length > 1 || (pieces.length === 1 && taken < used);
  const clear = (): void => {
    pieces = [];
    taken = 0;
    used = PIECE;
  };
  return {
    push(value) {
      if (used === PIECE) {
        pieces.push(new Uint32Array(PIECE));
        used = 0;
      }
      const last = pieces.at(-1);
      if (last !== undefined) last[used++] = value;
    },
    take() {
      if (!hasSome()) return undefined;
      const value = pieces[0]?.[taken++];
      if (taken === PIECE) {
        pieces.shift();
        taken = 0;
      }
      if (!hasSome()) clear();
      return value;
    },
    hasSome,
    clear,
  };
};
