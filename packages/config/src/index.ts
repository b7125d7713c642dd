export type { Config, Filter } from './config.ts';
export { ConfigError } from './error.ts';
export type { PassdbSettings, UserdbSettings } from './sections/passdb.ts';
export type { FileListener, InetListener, ServiceSettings } from './sections/service.ts';
export type { ExporterSettings, MetricSettings } from './sections/statistics.ts';
export type { SettingName, Settings } from './settings/table.ts';
export { settingTable } from './settings/table.ts';
export type { FileRead, Source } from './source.ts';
