export * from './certificates.ts';
export * from './open-port.ts';
export * from './ring-certificates.ts';
