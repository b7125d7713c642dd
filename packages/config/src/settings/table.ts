/** Every setting outside sections, and the type programs see them in. */
import type { ValuesOf } from '../types/setting.ts';
import { authSettings } from './auth.ts';
import { commonSettings } from './common.ts';
import { deliverySettings } from './delivery.ts';
import { directorSettings } from './director.ts';
import { doveadmSettings } from './doveadm.ts';
import { helperSettings } from './helpers.ts';
import { homingSettings } from './homing.ts';
import { imapSettings } from './imap.ts';
import { lmtpSettings } from './lmtp.ts';
import { loginSettings } from './login.ts';
import { mailSettings } from './mail.ts';
import { mailClientSettings } from './mail-client.ts';
import { mailFormatSettings } from './mail-format.ts';
import { managesieveSettings } from './managesieve.ts';
import { masterSettings } from './master.ts';
import { sslSettings } from './ssl.ts';
import { submissionSettings } from './submission.ts';

/** Read by Dovecot's mail programs alone: parsed, checked and printed, then ignored with one warning. */
export const foreignSettings = {
  ...mailSettings,
  ...mailFormatSettings,
  ...mailClientSettings,
  ...imapSettings,
  ...deliverySettings,
} as const;

export const foreignSettingNames: readonly string[] = Object.keys(foreignSettings);

export const settingTable = {
  ...authSettings,
  ...commonSettings,
  ...directorSettings,
  ...doveadmSettings,
  ...helperSettings,
  ...homingSettings,
  ...lmtpSettings,
  ...loginSettings,
  ...managesieveSettings,
  ...masterSettings,
  ...sslSettings,
  ...submissionSettings,
  ...foreignSettings,
} as const;

/** Typed values of all settings, by Dovecot's names. */
export type Settings = ValuesOf<typeof settingTable>;

export type SettingName = keyof Settings;
