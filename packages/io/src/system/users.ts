/**
 * Names of users and groups to numbers, through the C library, so that every nsswitch source counts (LDAP too).
 * Dovecot takes numbers as well as names (`user = 1000`).
 */
import { libc } from './libc.ts';

export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

export const lookupUser = (name: string): SystemUser | undefined => {
  if (/^\d+$/.test(name)) return { name, uid: Number(name), gid: Number(name) };
  const row = libc().passwordRow(name);
  return row === undefined ? undefined : { name: row.pw_name, uid: row.pw_uid, gid: row.pw_gid };
};

/** The group's number. */
export const lookupGroup = (name: string): number | undefined =>
  /^\d+$/.test(name) ? Number(name) : libc().groupRow(name)?.gr_gid;

/** The name of a user number. */
export const userNameOf = (uid: number): string | undefined => libc().passwordRowByNumber(uid)?.pw_name;
