import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const writeAll = new URL('./write-all.ts', import.meta.url).href;
const bin = fileURLToPath(new URL('../../bin/', import.meta.url));

/** Runs a script under Node, its stdout through a shell's pipe. */
const piped = (script: string, reader: string) => {
  const run = `node --input-type=module -e "$1" | ${reader}; echo "status $PIPESTATUS"`;
  return spawnSync('bash', ['-c', run, 'bash', script], { encoding: 'latin1' });
};

test('a reader that goes away is no error', () => {
  const script = `import { writeAll } from '${writeAll}'; writeAll(1, 'line\\n'.repeat(1e6)); process.exitCode = 3`;
  expect(piped(script, 'head -1')).toMatchObject({ stdout: 'line\nstatus 3\n', stderr: '' });
});

test('a non-blocking pipe gets all of it, however slowly it is read', () => {
  const nonBlocking = `import net from 'node:net'; new net.Socket({ fd: 1, readable: false }).unref();`;
  const script = `${nonBlocking} import { writeAll } from '${writeAll}'; writeAll(1, 'x'.repeat(1e6))`;
  const slowly = '(while dd bs=65536 count=1 iflag=fullblock 2>/dev/null | grep -q x; do n=$((n+1)); done; echo $n)';
  expect(piped(script, slowly)).toMatchObject({ stdout: '16\nstatus 0\n', stderr: '' });
});

test.each(['homeconf -a -c /dev/null', 'homeadm -c /nonexistent pw -l'])('%s | head -c 1', (command) => {
  const { stdout, stderr } = spawnSync('bash', ['-c', `${bin}${command} | head -c 1`], { encoding: 'latin1' });
  expect(stdout).toHaveLength(1);
  expect(stderr).toBe('');
});
