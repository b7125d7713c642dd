export * from './line/drive.ts';
export * from './line/in-process.ts';
export * from './line/protocol.ts';
export * from './log/log.ts';
export * from './system/peer-credentials.ts';
