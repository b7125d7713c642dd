import { expect, test } from 'vitest';
import { joinTables } from './table.ts';

const NOBODY = { columns: [], rows: [] };
const IPC = {
  columns: ['username', 'user_a', 'service', 'dest-port', 'destuser'],
  rows: [['u', 'x', 'imap', '143', 'd']],
};
const ANVIL = { columns: ['username', 'user_b', 'user_a', 'service'], rows: [['v', 'b', 'a', 'pop3']] };

test.each([
  [[], NOBODY],
  [[NOBODY, IPC, NOBODY], IPC],
  [
    [IPC, ANVIL],
    {
      columns: ['username', 'user_a', 'user_b', 'service', 'dest-port', 'destuser'],
      rows: [
        ['u', 'x', '', 'imap', '143', 'd'],
        ['v', 'a', 'b', 'pop3', '', ''],
      ],
    },
  ],
])('%j', (tables, joined) => {
  expect(joinTables(tables)).toEqual(joined);
});
