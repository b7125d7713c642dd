import { md5Start } from '../../core/md5.ts';

export type MailUser = { readonly name: string; readonly tag: string; readonly hash: number };

/** `name`: lower case, so that it is hashed as it is; `sam@tag` is nobody special. */
export const mailUser = (name: string, tag = ''): MailUser => ({ name, tag, hash: md5Start(name) || 1 });
