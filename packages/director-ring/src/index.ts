export type { FlushTarget } from './core/flush-socket.ts';
export type { DirectorHost } from './core/ring/ring.ts';
export type { DirectorSettings } from './core/settings.ts';
export type { DirectorStatus } from './core/status.ts';
export type { AuthSocket, AuthSockets } from './service/auth-relay.ts';
export { createDirector, type DirectorOptions, type DirectorService } from './service/director.ts';
export type { FlushRun, ProgramResult } from './service/flush-runner.ts';
export type { LoginProcess, SessionSockets } from './service/session-ending.ts';
export { warnOfNoState } from './service/state.ts';
