/** The configuration together with the recording that lets other processes load the same one. */
import { type Config, loadConfig } from '@homing/config';
import { nodeSource } from './node-source.ts';
import { type Recording, recordSource, replaySource } from './recording.ts';

export type Loaded = { readonly config: Config; readonly recording: Recording };

/** Throws `ConfigError`. */
export const loadFromFiles = (path: string): Loaded => {
  const { source, recording } = recordSource(path, nodeSource);
  return { config: loadConfig(path, source, [], 'everything'), recording };
};

/** Throws `ConfigError`, but the master has loaded the same without. */
export const loadFromRecording = (recording: Recording): Loaded => ({
  config: loadConfig(recording.path, replaySource(recording)),
  recording,
});

/** For commands to a running server, which do without its keys. Throws `ConfigError`. */
export const baseDirOf = (path: string): string => loadConfig(path, nodeSource).settings().base_dir;
