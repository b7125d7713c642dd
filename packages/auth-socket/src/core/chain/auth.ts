/** What one service's `passdb { }` and `userdb { }` blocks were made into (struct auth, auth.h). */

import type { PassdbSettings, UserdbSettings } from '@homing/config';
import type { ByteString, createLocalEndReader, IpAddress } from '@homing/wire';
import type { Entry } from '../fields/fields.ts';
import type { FieldTemplate } from '../passdb/field-template.ts';
import type { Passdb, Userdb } from '../passdb/passdb.ts';
import type { UsernameRules } from '../request/username.ts';
import type { AuthSettings } from '../settings.ts';

type Link = {
  /** Counts from 1 over all blocks; `%!`. */
  readonly id: number;
  /** `name` of the block, else its driver; begins the log line. */
  readonly name: string;
  readonly defaultFields: readonly FieldTemplate[];
  readonly overrideFields: readonly FieldTemplate[];
  readonly onSuccess: PassdbSettings['result_success'];
  readonly onFailure: PassdbSettings['result_success'];
  readonly onInternalFailure: PassdbSettings['result_success'];
  /** The block's own `auth_verbose`; undefined leaves it to the setting. */
  readonly verbose: boolean | undefined;
};

export type PassdbLink = Link & {
  readonly passdb: Passdb;
  readonly skip: PassdbSettings['skip'];
  readonly deny: boolean;
  /** Upper case; undefined accepts every mechanism, and `NONE` stands for lookups without one. */
  readonly mechanisms: readonly string[] | undefined;
  readonly usernameFilter: readonly ByteString[] | undefined;
  next: PassdbLink | undefined;
};

export type UserdbLink = Link & {
  readonly userdb: Userdb;
  readonly skip: UserdbSettings['skip'];
  next: UserdbLink | undefined;
};

/** The settings and chains of one service. */
export type Auth = {
  readonly settings: AuthSettings;
  readonly usernames: UsernameRules;
  /** What each login asks of `settings`, which is so large that V8 looks every name up. */
  readonly asksForCertificate: boolean;
  readonly anonymousUsername: string;
  /** Where a login came to, and the fields that tell it: mostly where the one before did. */
  readonly readLocalEnd: ReturnType<typeof createLocalEndReader>;
  readonly lipEntry: (lip: IpAddress) => Entry;
  readonly lportEntry: (lport: number) => Entry;
  /** `auth_proxy_self`, resolved. */
  readonly selfIps: ReadonlySet<string>;
  readonly passdbs: PassdbLink | undefined;
  readonly masterdbs: PassdbLink | undefined;
  /** `hostname`, `env:NAME` and the like; undefined: no such variable. */
  readonly hostVariable: (name: string) => ByteString | undefined;
  /** There always is one: without `userdb { }` blocks a `static` one without fields. */
  readonly userdbs: UserdbLink;
};
