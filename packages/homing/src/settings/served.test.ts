/** Every setting is read by some program of ours, or named as one that is not: no setting is silently ignored. */
import { globSync, readFileSync } from 'node:fs';
import { foreignSettingNames, settingTable, unservedSettings } from '@homing/config';
import { expect, test } from 'vitest';

const packages = new URL('../../../', import.meta.url).pathname;

/** Resolved by the configuration itself (limits and users of services), or without meaning here. */
const byConfig = new Set([
  'config_cache_size',
  'default_client_limit',
  'default_idle_kill',
  'default_internal_group',
  'default_internal_user',
  'default_process_limit',
  'default_vsz_limit',
  'login_plugin_dir',
  'version_ignore',
]);

const sources = globSync('*/src/**/*.ts', { cwd: packages })
  .filter((path) => !path.startsWith('config/') && !path.endsWith('.test.ts') && !path.includes('/testing/'))
  .map((path) => readFileSync(packages + path, 'utf8'))
  .join('\n');
const isRead = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(sources);

const isSaid = new Set<string>([...unservedSettings, ...foreignSettingNames, ...byConfig]);

test('settings that no program reads are named in config/src/settings/unserved.ts', () => {
  expect(Object.keys(settingTable).filter((name) => !isRead(name) && !isSaid.has(name))).toEqual([]);
});
