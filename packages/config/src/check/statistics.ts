/** `metric { }` and `event_exporter { }`: src/stats/stats-settings.c (2.3). The filter language is not checked here. */
import type { ExporterSettings, MetricSettings } from '../sections/statistics.ts';
import type { Checked } from './check.ts';

const timeArgs = ['time-rfc3339', 'time-unix'];

const formatArgs = ({ name, format, format_args }: ExporterSettings): string | undefined => {
  const words = format_args.split(' ').filter((word) => word !== '');
  const unknown = words.find((word) => !timeArgs.includes(word));
  if (unknown !== undefined) return `Unknown exporter format arg: ${unknown}`;
  if (new Set(words).size > 1) return `Exporter '${name}' specifies multiple time format args`;
  return format !== 'none' && words.length === 0 ? `${format} exporter format requires a time-* argument` : undefined;
};

const exporterError = (exporter: ExporterSettings): string | undefined => {
  const { name, format, transport } = exporter;
  if (name === '') return "Exporter name can't be empty";
  if (format === '') return "Exporter format name can't be empty";
  if (!['none', 'json', 'tab-text'].includes(format)) return `Unknown exporter format '${format}'`;
  if (transport === '') return "Exporter transport name can't be empty";
  if (!['drop', 'http-post', 'log'].includes(transport)) return `Unknown transport type '${transport}'`;
  return formatArgs(exporter);
};

const rangeError = (kind: string, args: readonly string[]): string | undefined => {
  const where = `group_by '${kind}' aggregate function`;
  if (args.length !== 3 || args.some((arg) => !/^-?\d+$/.test(arg))) return `${where} takes 3 int args`;
  const [min = 0, max = 0, other = 0] = args.map(Number);
  if (min < 0 || max < 0 || other < 0) return `${where} arguments must be >= 0`;
  if (min >= max) return `${where} min must be < max (${min} must be < ${max})`;
  if (kind === 'exponential' && other !== 2 && other !== 10) {
    return `${where} base must be one of: 2, 10 (base=${other})`;
  }
  return kind === 'linear' && min + other > max
    ? `${where} min+step must be <= max (${min + other} must be <= ${max})`
    : undefined;
};

const groupError = (word: string): string | undefined => {
  const [field = '', kind = 'discrete', ...args] = word.split(':');
  if (kind === 'discrete') {
    return args.length === 0 ? undefined : "group_by 'discrete' aggregate function does not take any args";
  }
  if (kind === 'exponential' || kind === 'linear') return rangeError(kind, args);
  return `unknown aggregation function '${kind}' on field '${field}'`;
};

const metricError = ({ metric_name, filter, group_by }: MetricSettings): string | undefined => {
  if (metric_name === '') return "Metric name can't be empty";
  if (filter === '') return `metric ${metric_name} { filter } is empty - will not match anything`;
  for (const word of group_by.split(' ').filter((part) => part !== '')) {
    const error = groupError(word);
    if (error !== undefined) return error;
  }
  return undefined;
};

const firstError = <T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined =>
  items.map(check).find((error) => error !== undefined);

export const checkStatistics = ({ metrics, exporters }: Checked): string | undefined => {
  const orphan = metrics.find(
    ({ exporter }) => exporter !== '' && exporters.length > 0 && !exporters.some(({ name }) => name === exporter),
  );
  if (orphan !== undefined) {
    return `metric ${orphan.metric_name} refers to non-existent exporter '${orphan.exporter}'`;
  }
  return firstError(metrics, metricError) ?? firstError(exporters, exporterError);
};
