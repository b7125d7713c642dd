export type { DirectorService, DirectorStatus } from './service/director-service.ts';
export type { DirectorOptions, DirectorSettings, FlushTarget } from './service/options.ts';
