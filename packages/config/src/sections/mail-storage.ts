/** `namespace { }` and `mailbox { }`: foreign here, but parsed and printed. Source: mail-storage-settings.c (2.3). */
import { bool, oneOf, str, time, uint, unset, vars } from '../types/define.ts';
import { sectionType } from './section-type.ts';

const mailboxType = sectionType({
  nameKey: 'name',
  settings: {
    name: str(''),
    auto: oneOf('no', 'create', 'subscribe'),
    special_use: str(''),
    driver: str(''),
    comment: str(''),
    autoexpunge: time('0'),
    autoexpunge_max_mails: uint(0),
  },
});

export const namespaceType = sectionType({
  nameKey: 'name',
  settings: {
    name: str(''),
    type: oneOf('private', 'shared', 'public'),
    separator: str(''),
    prefix: vars(''),
    location: vars(''),
    alias_for: unset(vars('')),
    inbox: bool('no'),
    hidden: bool('no'),
    list: oneOf('yes', 'no', 'children'),
    subscriptions: bool('yes'),
    ignore_on_failure: bool('no'),
    disabled: bool('no'),
    order: uint(0),
  },
  aliases: { mail: 'location', mail_location: 'location' },
  sections: { mailbox: mailboxType },
});
