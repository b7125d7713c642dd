import { loadConfig, type Source } from '@homing/config';
import { expect, test } from 'vitest';
import { recordSource, replaySource } from './recording.ts';

const FILES: Readonly<Record<string, string>> = {
  'main.conf':
    'login_greeting = $ENV:GREETING\n!include conf.d/*.conf\n!include_try missing.conf\nssl_cert = <cert.pem\n',
  'conf.d/10-a.conf': 'base_dir = /run/a\n',
  'cert.pem': 'CERT',
};

const disk: Source = {
  read: (path) => {
    const text = FILES[path];
    return text === undefined ? { failure: 'No such file or directory' } : { text };
  },
  glob: (pattern) => (pattern === 'conf.d/*.conf' ? ['conf.d/10-a.conf'] : []),
  env: (name) => (name === 'GREETING' ? 'hi' : undefined),
  resolveHost: () => [],
  userExists: () => true,
};

test('the recording alone loads the same configuration, even after a trip over the message channel', () => {
  const { source, recording } = recordSource('main.conf', disk);
  const first = loadConfig('main.conf', source);
  const second = loadConfig('main.conf', replaySource(structuredClone(recording)));
  expect(second.settings()).toEqual(first.settings());
  expect(second.settings()).toMatchObject({ login_greeting: 'hi', base_dir: '/run/a', ssl_cert: 'CERT' });
});

test('every file is read once, so all of the configuration is of one moment', () => {
  let reads = 0;
  const counting: Source = {
    ...disk,
    read: (path) => {
      reads += 1;
      return disk.read(path);
    },
  };
  const { source } = recordSource('main.conf', counting);
  source.read('cert.pem');
  source.read('cert.pem');
  source.read('nothing');
  source.read('nothing');
  expect(reads).toBe(2);
});
