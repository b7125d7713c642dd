/**
 * A warning of ours: a Dovecot looks at its start whether anybody listens directly in its `login` and `token-login`
 * folders, and ends if so (2.4; 2.3 unless its auth has no listener there). Folders below these it leaves alone.
 */
import type { ServiceSettings } from '../sections/service.ts';
import { baseDirOf } from '../view.ts';
import type { Checked } from './check.ts';

const SOCKET = /^(.*\/(?:token-)?login)\/([^/]+)$/;

/** Those in our own base_dir nobody minds. */
export const warnAboutLoginFolders = (
  { settings, warn }: Pick<Checked, 'settings' | 'warn'>,
  enabled: readonly ServiceSettings[],
): void => {
  for (const { name, unixListeners } of enabled) {
    for (const { path, mode } of unixListeners) {
      const [, folder, file] = SOCKET.exec(path) ?? [];
      if (mode === 0 || folder === undefined || folder.startsWith(`${baseDirOf(settings)}/`)) continue;
      warn(
        `service(${name}): unix_listener ${path}: a Dovecot does not start while somebody listens directly in its ` +
          `login folder; a folder below is safe: ${folder}/sidecar/${file}`,
      );
    }
  }
};
