/** Configuration files in memory, for tests. */
import type { Source } from '../source.ts';

export const memorySource = (files: Readonly<Record<string, string>>): Source => ({
  read: (path) => {
    const text = files[path];
    return text === undefined ? { failure: 'No such file or directory' } : { text };
  },
  glob: (pattern) => {
    const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
    return Object.keys(files)
      .filter((path) => expression.test(path))
      .sort();
  },
  env: (name) => (name === 'HOME' ? '/root' : undefined),
  resolveHost: (name) => (name === 'localhost' ? ['127.0.0.1', '::1'] : []),
  userExists: (name) => name !== 'nosuchuser',
});
