/** `passdb { }` and `userdb { }` (2.3): every block is a new entry of its chain. Source: src/auth/auth-settings.c. */
import type { Position } from '../position.ts';
import { bool, oneOf, str } from '../types/define.ts';
import type { ValuesOf } from '../types/setting.ts';
import { sectionType } from './section-type.ts';

const afterFailure = () => oneOf('continue', 'return', 'return-ok', 'return-fail', 'continue-ok', 'continue-fail');
const afterSuccess = () => oneOf('return-ok', 'return', 'return-fail', 'continue', 'continue-ok', 'continue-fail');

const passdbSettings = {
  name: str(''),
  driver: str(''),
  args: str(''),
  default_fields: str(''),
  override_fields: str(''),
  mechanisms: str(''),
  username_filter: str(''),
  skip: oneOf('never', 'authenticated', 'unauthenticated'),
  result_success: afterSuccess(),
  result_failure: afterFailure(),
  result_internalfail: afterFailure(),
  deny: bool('no'),
  pass: bool('no'),
  master: bool('no'),
  auth_verbose: oneOf('default', 'yes', 'no'),
};

const userdbSettings = {
  name: str(''),
  driver: str(''),
  args: str(''),
  default_fields: str(''),
  override_fields: str(''),
  skip: oneOf('never', 'found', 'notfound'),
  result_success: afterSuccess(),
  result_failure: afterFailure(),
  result_internalfail: afterFailure(),
  auth_verbose: oneOf('default', 'yes', 'no'),
};

/** `where`: the block's first line, for errors that nobody but its driver can find. */
export type PassdbSettings = ValuesOf<typeof passdbSettings> & { readonly where: Position | undefined };
export type UserdbSettings = ValuesOf<typeof userdbSettings> & { readonly where: Position | undefined };

export const passdbType = sectionType({ nameKey: 'name', unique: false, settings: passdbSettings });
export const userdbType = sectionType({ nameKey: 'name', unique: false, settings: userdbSettings });
