import { createMemoryLog } from '@homing/io';
import { expect, test } from 'vitest';
import { createIpcClient } from './ipc-client.ts';

test('while the ipc service does not answer, no more than a hundred thousand commands wait', () => {
  const ipc = createIpcClient(() => new Promise(() => {}), createMemoryLog('director'));
  const failures: (string | undefined)[] = [];
  const kick = { cmd: 'KICK', users: ['alice'] } as const;
  for (let i = 0; i < 100_001; i++) ipc.kick(kick, (failure) => failures.push(failure));
  expect(failures).toEqual(['too many commands wait for ipc']);
});
