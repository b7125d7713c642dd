/**
 * The path of a passwd-file, which may hold variables: `/etc/dovecot/users/%d`. What a client sent must never lead out
 * of the directory (CVE-2026-0394): a value ends at its first `/`, and no value may make a `.` or `..` component.
 */
import type { ByteString } from '@homing/wire';
import type { Variables } from '../passdb/passdb.ts';
import { compileTemplate } from '../template.ts';

/** The path for this request; undefined where its variables would lead elsewhere. Throws TemplateError. */
export type PasswdPath = (variables: Variables) => string | undefined;

const upToSlash = (value: ByteString): ByteString => {
  const slash = value.indexOf('/');
  return slash === -1 ? value : value.slice(0, slash);
};

const countDots = (path: string): number => path.split('/').filter((part) => part === '.' || part === '..').length;

export const hasVariables = (path: string): boolean => path.replaceAll('%%', '').includes('%');

export const compilePath = (path: string): PasswdPath => {
  const template = compileTemplate(path);
  const allowed = countDots(path);
  return (variables) => {
    const expanded = template(variables, upToSlash);
    return expanded.includes('\0') || countDots(expanded) > allowed ? undefined : expanded;
  };
};
