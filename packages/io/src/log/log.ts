/**
 * What every part logs through. Event names and fields are Dovecot's (`auth_request_finished`); `text` is Dovecot's line,
 * because operators grep for it. One call, two sinks: text lines and JSON.
 *
 *     Nov 22 01:15:15 director: Error: director(127.0.0.1:47311/out): connect() failed: Connection refused
 *     <log_timestamp><service>: <Level>: <prefixes><text>
 */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'fatal' | 'panic';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type LogEntry = { level: LogLevel; service: string; event: string; fields: LogFields; text: string };

/** Where entries go; `now` is Unix milliseconds. Must not throw. */
export type LogSink = (entry: LogEntry, now: number) => void;

type Write = (event: string, fields: LogFields, text: string) => void;

export type Log = { readonly [Level in LogLevel]: Write } & {
  /**
   * True if debug lines are wanted; ask before building one on a hot path. No getter: V8 keeps an object that is made with
   * one of its own as a dictionary, and all that is asked of it takes a lookup.
   */
  readonly debugEnabled: () => boolean;
  /** A log whose lines begin with `prefix` and carry `fields`; made once where a connection or session begins. */
  child(prefix: string, fields?: LogFields): Log;
  /** The same sink under another service name (`auth`, `director`, `imap-login`). */
  service(name: string): Log;
};

/** `debug` is asked for each debug line: a reload may change it. */
export type LogOptions = { service: string; debug: () => boolean; sink: LogSink; now: () => number };

export const createLog = (options: LogOptions): Log => withPrefix(options, '', {});

const withPrefix = (options: LogOptions, prefix: string, common: LogFields): Log => {
  const at =
    (level: LogLevel): Write =>
    (event, fields, text) => {
      if (level === 'debug' && !options.debug()) return;
      const entry = { level, service: options.service, event, fields: { ...common, ...fields }, text: prefix + text };
      options.sink(entry, options.now());
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    fatal: at('fatal'),
    panic: at('panic'),
    debugEnabled: options.debug,
    child: (more, fields = {}) => withPrefix(options, prefix + more, { ...common, ...fields }),
    service: (service) => withPrefix({ ...options, service }, prefix, common),
  };
};

/** For tests: keeps every entry. */
export const createMemoryLog = (service = 'test'): Log & { readonly entries: LogEntry[] } => {
  const entries: LogEntry[] = [];
  const log = createLog({ service, debug: () => true, now: () => 0, sink: (entry) => void entries.push(entry) });
  return Object.assign(log, { entries });
};
