/** The `%` variables every Dovecot process knows by itself (lib/var-expand.c): byte strings; undefined: no such one. */
import { hostname } from 'node:os';

export const hostVariable = (name: string): string | undefined => {
  switch (name) {
    case 'hostname':
      return hostname();
    case 'pid':
      return `${process.pid}`;
    case 'uid':
      return `${process.geteuid?.() ?? ''}`;
    case 'gid':
      return `${process.getegid?.() ?? ''}`;
    default:
      return name === 'env' || name.startsWith('env:') ? environment(name.slice('env:'.length)) : undefined;
  }
};

const environment = (name: string): string => Buffer.from(process.env[name] ?? '', 'utf8').toString('latin1');
