/** Our own server, started by its executable as an administrator would. */
import { fileURLToPath } from 'node:url';
import { commandLine, type Finished, familyOf, run } from './process.ts';
import { type Server, type ServerOptions, startServer } from './server.ts';

export type Homing = Server & {
  homeadm(...args: string[]): Promise<Finished>;
  /** The processes the master has started: PIDs by what their command line contains (`core.ts`, `login-worker.ts`). */
  children(kind: string): number[];
};

const program = (name: string): string => fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));

/** What outlives one test must not reach the next. */
const common = (dir: string): string => `state_dir = ${dir}/state\n`;

export const startHoming = async (options: ServerOptions): Promise<Homing> => {
  const server = await startServer({ name: 'Homing', command: program('homing'), common }, options);
  return {
    ...server,
    homeadm: (...args) => run(program('homeadm'), ['-c', server.configFile, ...args]),
    children: (kind) => familyOf(server.pid).filter((pid) => commandLine(pid).includes(kind)),
  };
};

/** Runs `homing` with a configuration it should refuse, to its end. */
export const runHoming = (...args: string[]): Promise<Finished> => run(program('homing'), args);
