/** Open files: one proxied session takes two descriptors, so the soft limit is raised as far as the hard one allows. */
import { libc } from './libc.ts';

const RLIMIT_NOFILE = 7;

export type OpenFileLimit = { readonly soft: number; readonly hard: number };

/** The limit in force after raising it. Children inherit it. */
export const raiseOpenFileLimit = (): OpenFileLimit => {
  const limit: { cur?: number | bigint; max?: number | bigint } = {};
  if (libc().getrlimit(RLIMIT_NOFILE, limit) !== 0 || limit.cur === undefined || limit.max === undefined) {
    return { soft: 0, hard: 0 };
  }
  const { cur, max } = limit;
  const raised = cur !== max && libc().setrlimit(RLIMIT_NOFILE, { cur: max, max }) === 0;
  return { soft: Number(raised ? max : cur), hard: Number(max) };
};
