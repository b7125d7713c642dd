/** `metric { }` and `event_exporter { }` (2.3). Source: src/stats/stats-settings.c. */
import { msecs, str } from '../types/define.ts';
import type { ValuesOf } from '../types/setting.ts';
import { sectionType } from './section-type.ts';

const metricSettings = {
  metric_name: str(''),
  fields: str(''),
  group_by: str(''),
  filter: str(''),
  exporter: str(''),
  exporter_include: str('name hostname timestamps categories fields'),
  description: str(''),
};

const exporterSettings = {
  name: str(''),
  transport: str(''),
  transport_args: str(''),
  transport_timeout: msecs('250 msecs'),
  format: str(''),
  format_args: str(''),
};

export type MetricSettings = ValuesOf<typeof metricSettings>;
export type ExporterSettings = ValuesOf<typeof exporterSettings>;

export const metricType = sectionType({ nameKey: 'metric_name', settings: metricSettings });
export const exporterType = sectionType({ nameKey: 'name', settings: exporterSettings });
