import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createConnections } from './connections.ts';

test('a connection is counted once per CONNECT and gone after as many DISCONNECTs', () => {
  const connections = createConnections();
  connections.connect(1, 'imap/10.0.0.1/u');
  connections.connect(1, 'imap/10.0.0.1/u');
  connections.connect(2, 'imap/10.0.0.1/u');
  expect(connections.count('imap/10.0.0.1/u')).toBe(3);
  expect([...connections.rows()]).toEqual([
    { ident: 'imap/10.0.0.1/u', pid: 1, refcount: 2 },
    { ident: 'imap/10.0.0.1/u', pid: 2, refcount: 1 },
  ]);
  expect(connections.disconnect(1, 'imap/10.0.0.1/u')).toBe(true);
  connections.disconnectPid(2);
  expect([...connections.rows()]).toEqual([{ ident: 'imap/10.0.0.1/u', pid: 1, refcount: 1 }]);
  expect(connections.disconnect(3, 'imap/10.0.0.1/u')).toBe(false);
});

test('counts are the sums of the rows, whatever happens', () => {
  const pid = fc.integer({ min: 1, max: 3 });
  const ident = fc.constantFrom('a', 'b');
  const step = fc.oneof(
    fc.record({ on: fc.constantFrom('connect', 'disconnect'), pid, ident }),
    fc.record({ on: fc.constant('kill'), pid, ident }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const connections = createConnections();
      for (const { on, pid: of, ident: as } of steps) {
        if (on === 'connect') connections.connect(of, as);
        else if (on === 'disconnect') connections.disconnect(of, as);
        else connections.disconnectPid(of);
      }
      for (const as of ['a', 'b']) {
        const rows = [...connections.rows()].filter((row) => row.ident === as);
        expect(connections.count(as)).toBe(rows.reduce((sum, row) => sum + row.refcount, 0));
        expect(rows.every((row) => row.refcount > 0)).toBe(true);
      }
    }),
  );
});
