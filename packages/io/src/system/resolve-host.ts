/** Names to addresses while the configuration is loaded, through nsswitch as the C library does it. Blocks. */
import { execFileSync } from 'node:child_process';
import { isIP } from 'node:net';

const TIMEOUT_MS = 10_000;

/** None if the name is unknown. An IP address is its own answer. */
export const resolveHost = (name: string): readonly string[] => {
  if (isIP(name) !== 0) return [name];
  try {
    const rows = execFileSync('getent', ['ahosts', '--', name], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...new Set(rows.split('\n').flatMap((row) => row.split(/\s+/)[0] || []))];
  } catch {
    return [];
  }
};
