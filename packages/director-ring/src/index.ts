export type { FlushTarget } from './core/flush-socket.ts';
export type { DirectorSettings } from './core/settings.ts';
export type { AuthSocket, AuthSockets } from './service/auth-relay.ts';
export type { DirectorHost } from './core/ring/ring.ts';
export { createDirector, type DirectorOptions, type DirectorService, type DirectorStatus } from './service/director.ts';
export type { FlushRun, ProgramResult } from './service/flush-runner.ts';
