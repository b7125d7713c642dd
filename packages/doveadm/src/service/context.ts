/** What a command runs with: its values, its output, its configuration, and what it may reach. */
import type { Settings } from '@homing/config';
import type { Connect } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { CommandSpec, Values } from '../core/command/command.ts';
import type { Output } from '../core/print/output.ts';
import type { PasswordTools } from './password-tools.ts';

export type DoveadmSettings = Pick<
  Settings,
  | 'base_dir'
  | 'director_username_hash'
  | 'auth_socket_path'
  /** Where somebody else's auth server, ipc service and anvil are asked. */
  | 'homing_anvil_socket'
  | 'homing_auth_login_socket'
  | 'homing_auth_userdb_socket'
  | 'homing_ipc_socket'
>;

export type Host = {
  connectUnix(path: string): Connect;
  connectTcp(ip: string, port: number): Connect;
  /** All addresses of a name; rejects with the resolver's words (`Name or service not known`). */
  resolve(name: string): Promise<readonly string[]>;
  /** A file's bytes, or stdin's for `-`. Throws the system's error. */
  readInput(path: string): ByteString;
  /** `YYYY-MM-DD HH:MM:SS` of a Unix time, in the local time zone. */
  localTime(seconds: number): string;
  /** Asks on the terminal, without showing what is typed; else a line of stdin. Undefined: the input has ended. */
  readPassword(prompt: string): Promise<ByteString | undefined>;
  /** Resolves when it is done, with what is wrong if it could not be. */
  signalServer(command: 'reload' | 'stop', baseDir: string): Promise<string | undefined>;
  readonly pid: number;
  readonly passwords: PasswordTools;
};

export type Context = {
  readonly values: Values;
  readonly output: Output;
  /** Throws Fatal where the configuration cannot be read; asked only by commands that need it. */
  readonly settings: () => DoveadmSettings;
  readonly host: Host;
  readonly verbose: boolean;
  /** Raw bytes on stdout, past the formatter. */
  readonly print: (bytes: ByteString) => void;
  /** A line on stderr without a level before it. */
  readonly say: (text: string) => void;
  readonly info: (text: string) => void;
  readonly warning: (text: string) => void;
  readonly error: (text: string) => void;
  /** Later calls replace earlier ones. */
  exitCode: number;
};

/** May throw Fatal and WrongUsage. */
export type Command = CommandSpec & { readonly run: (context: Context) => Promise<void> };
