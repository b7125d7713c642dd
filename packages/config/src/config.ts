/** A loaded configuration as programs see it. */
import type { PassdbSettings, UserdbSettings } from './sections/passdb.ts';
import type { ServiceSettings } from './sections/service.ts';
import type { ExporterSettings, MetricSettings } from './sections/statistics.ts';
import type { Settings } from './settings/table.ts';

/** Who asks: the connection the settings are for. Fields left out match no filter block that names them. */
export type Filter = {
  /** `protocol imap { }`: a protocol or service name. */
  readonly service?: string;
  /** `local 10.0.0.0/8 { }`: the connection's own address. */
  readonly localIp?: string;
  /** `local_name mail.example.com { }`: the TLS server name. */
  readonly localName?: string;
  /** `remote 10.0.0.0/8 { }`: the client's address. */
  readonly remoteIp?: string;
};

/** Lookups are cached by the set of filter blocks that match. They throw `ConfigError` when two blocks conflict. */
export type Config = {
  readonly settings: (filter?: Filter) => Settings;
  readonly passdbs: (filter?: Filter) => readonly PassdbSettings[];
  readonly userdbs: (filter?: Filter) => readonly UserdbSettings[];
  readonly plugin: (filter?: Filter) => ReadonlyMap<string, string>;
  /** All services, those of protocols that are not enabled too. */
  readonly services: ReadonlyMap<string, ServiceSettings>;
  readonly dicts: ReadonlyMap<string, string>;
  readonly metrics: readonly MetricSettings[];
  readonly exporters: readonly ExporterSettings[];
  /** What the admin should know, each one line, as Dovecot would log it without its `doveconf: Warning: `. */
  readonly warnings: readonly string[];
};
