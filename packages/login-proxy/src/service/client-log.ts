/** A log whose lines about a client get `login_log_format` around them and the client's fields with them. */
import type { Log, LogFields } from '@homing/io';

export type Decorate = { text(message: string): string; fields(): LogFields };

export const createClientLog = (log: Log, decorate: Decorate): Log => {
  const write =
    (level: 'debug' | 'info' | 'warning' | 'error' | 'fatal' | 'panic') =>
    (event: string, fields: LogFields, text: string): void => {
      if (level === 'debug' && !log.debugEnabled()) return;
      log[level](event, { ...decorate.fields(), ...fields }, decorate.text(text));
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warning: write('warning'),
    error: write('error'),
    fatal: write('fatal'),
    panic: write('panic'),
    debugEnabled: log.debugEnabled,
    child: (prefix, fields) =>
      createClientLog(log.child('', fields), { ...decorate, text: (message) => decorate.text(prefix + message) }),
    service: (name) => createClientLog(log.service(name), decorate),
  };
};
