/** Node tells a bare TLSSocket's verification result through its handle alone. */
import type { TLSSocket } from 'node:tls';

/** Why the other side's certificate does not verify; undefined: it does. */
export const verifyProblem = (stream: TLSSocket): string | undefined => {
  const handle: unknown = Reflect.get(stream, '_handle');
  const verifyError: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'verifyError') : undefined;
  if (typeof verifyError !== 'function') return 'not verified';
  const problem: unknown = Reflect.apply(verifyError, handle, []);
  if (problem === null || problem === undefined) return undefined;
  return problem instanceof Error ? problem.message : 'not verified';
};
