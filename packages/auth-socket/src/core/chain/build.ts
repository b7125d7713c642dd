/** Makes the chains of one service from its blocks (auth_preinit()); refuses what cannot work, in Dovecot's words. */
import type { PassdbSettings, UserdbSettings } from '@homing/config';
import { TemplateError } from '@homing/config';
import { asciiUpper, createLocalEndReader, type IpAddress, rememberLast } from '@homing/wire';
import { createEntry } from '../fields/fields.ts';
import { DriverError } from '../passdb/driver-deps.ts';
import { type FieldTemplate, fieldTemplate, splitWords } from '../passdb/field-template.ts';
import type { Passdb, Userdb } from '../passdb/passdb.ts';
import { usernameRules } from '../request/username.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import { type AuthServiceSettings, AuthSettingsError } from '../settings.ts';
import type { Auth, PassdbLink, UserdbLink } from './auth.ts';

export type BuildDeps = {
  readonly passdb: (settings: { driver: string; args: string }) => Passdb;
  readonly userdb: (settings: { driver: string; args: string; isOnly: boolean }) => Userdb;
  readonly mechanisms: ReadonlyMap<string, Mechanism>;
  readonly selfIps: ReadonlySet<string>;
  readonly hostVariable: Auth['hostVariable'];
};

const NO_USERDB: UserdbSettings = {
  name: '',
  driver: 'static',
  args: '',
  default_fields: '',
  override_fields: '',
  skip: 'never',
  result_success: 'return-ok',
  result_failure: 'continue',
  result_internalfail: 'continue',
  auth_verbose: 'default',
  where: undefined,
};

/** Throws AuthSettingsError, and what the drivers throw. */
export const buildAuth = (service: AuthServiceSettings, deps: BuildDeps): Auth => {
  const counter = { id: 0 };
  const passdbs = usable(service.passdbs.filter((block) => !block.master));
  const masters = usable(service.passdbs.filter((block) => block.master));
  if (passdbs.at(-1)?.pass === true) throw new AuthSettingsError("Last passdb can't have pass=yes");
  for (const block of masters) {
    if (block.deny) throw new AuthSettingsError("Master passdb can't have deny=yes");
    if (block.pass && passdbs.length === 0) {
      throw new AuthSettingsError("Master passdb can't have pass=yes if there are no passdbs");
    }
  }
  const auth: Auth = {
    settings: service.settings,
    usernames: usernameRules(service.settings),
    asksForCertificate: service.settings.auth_ssl_username_from_cert || service.settings.auth_ssl_require_client_cert,
    anonymousUsername: service.settings.auth_anonymous_username,
    readLocalEnd: createLocalEndReader(),
    lipEntry: rememberLast((lip: IpAddress) => createEntry('lip', lip)),
    lportEntry: rememberLast((lport: number) => createEntry('lport', String(lport))),
    selfIps: deps.selfIps,
    hostVariable: deps.hostVariable,
    passdbs: chain(passdbs.map((block) => inBlock('passdb', block, () => passdbLink(block, ++counter.id, deps)))),
    masterdbs: chain(masters.map((block) => inBlock('passdb', block, () => passdbLink(block, ++counter.id, deps)))),
    userdbs: userdbChain(service.userdbs, deps),
  };
  if (auth.passdbs === undefined) refuseUnserved(deps.mechanisms);
  return auth;
};

/** A first passdb that wants an authenticated user will never be asked; Dovecot drops it silently too. */
const usable = (blocks: readonly PassdbSettings[]): readonly PassdbSettings[] => {
  const first = blocks.findIndex((block) => block.skip !== 'unauthenticated');
  return first === -1 ? [] : blocks.slice(first);
};

const refuseUnserved = (mechanisms: ReadonlyMap<string, Mechanism>): void => {
  for (const { name, needsPassdb } of mechanisms.values()) {
    if (!needsPassdb) continue;
    throw new AuthSettingsError(`No passdbs specified in configuration file. ${name} mechanism needs one`);
  }
};

const chain = <Link extends { next: Link | undefined }>(links: readonly Link[]): Link | undefined => {
  for (const [i, link] of links.entries()) link.next = links[i + 1];
  return links[0];
};

const userdbChain = (blocks: readonly UserdbSettings[], deps: BuildDeps): UserdbLink => {
  const all = blocks.length === 0 ? [NO_USERDB] : blocks;
  const links = all.map((block, i) => inBlock('userdb', block, () => userdbLink(block, i + 1, all.length === 1, deps)));
  const first = chain(links);
  if (first === undefined) throw new AuthSettingsError('No userdbs');
  return first;
};

/** What only the block's driver could find wrong is said with the block's place in the configuration. */
const inBlock = <Made>(kind: 'passdb' | 'userdb', { where }: Pick<PassdbSettings, 'where'>, make: () => Made): Made => {
  try {
    return make();
  } catch (error) {
    if (where === undefined || !(error instanceof AuthSettingsError || error instanceof DriverError)) throw error;
    throw new AuthSettingsError(`${error.message} (${kind} in ${where.file} line ${where.line})`);
  }
};

const passdbLink = (block: PassdbSettings, id: number, deps: BuildDeps): PassdbLink => ({
  ...common(block, id),
  passdb: deps.passdb({ driver: block.driver, args: block.args }),
  skip: block.skip,
  onSuccess: block.pass ? 'continue' : block.result_success,
  deny: block.deny,
  mechanisms: words(asciiUpper(block.mechanisms)),
  usernameFilter: words(block.username_filter),
  next: undefined,
});

const userdbLink = (block: UserdbSettings, id: number, isOnly: boolean, deps: BuildDeps): UserdbLink => ({
  ...common(block, id),
  userdb: deps.userdb({ driver: block.driver, args: block.args, isOnly }),
  skip: block.skip,
  onSuccess: block.result_success,
  next: undefined,
});

type Block = Pick<
  PassdbSettings,
  'name' | 'driver' | 'default_fields' | 'override_fields' | 'result_failure' | 'result_internalfail' | 'auth_verbose'
>;
type Common = Pick<
  PassdbLink,
  'id' | 'name' | 'defaultFields' | 'overrideFields' | 'onFailure' | 'onInternalFailure' | 'verbose'
>;

const common = (block: Block, id: number): Common => ({
  id,
  name: block.name === '' ? block.driver : block.name,
  defaultFields: templates(block.default_fields, 'default_fields'),
  overrideFields: templates(block.override_fields, 'override_fields'),
  onFailure: block.result_failure,
  onInternalFailure: block.result_internalfail,
  verbose: block.auth_verbose === 'default' ? undefined : block.auth_verbose === 'yes',
});

const templates = (text: string, setting: string): FieldTemplate[] => {
  try {
    return splitWords(text).map(fieldTemplate);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new AuthSettingsError(`${setting}: ${error.message}`);
  }
};

const words = (text: string): readonly string[] | undefined => {
  const found = text.split(/[ ,]+/).filter((word) => word !== '');
  return found.length === 0 ? undefined : found;
};
