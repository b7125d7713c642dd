/** The values behind `%` variables (auth-request-var-expand.c; auth.md 11.1). Known but without a value: ''. */
import type { ByteString } from '@homing/wire';
import { fieldValue } from '../fields/fields.ts';
import type { Variables } from '../passdb/passdb.ts';
import { type AuthRequest, infoOf } from './auth-request.ts';
import { revealSecret } from './secret.ts';

export const requestVariables =
  (request: AuthRequest): Variables =>
  (name) => {
    switch (name) {
      case 'user':
        return request.user ?? '';
      case 'username':
        return localPart(request.user);
      case 'domain':
        return domain(request.user);
      case 'service':
        return infoOf(request).service ?? '';
      case 'lip':
        return infoOf(request).lip ?? '';
      case 'rip':
        return infoOf(request).rip ?? '';
      case 'lport':
        return String(infoOf(request).lport);
      case 'rport':
        return String(infoOf(request).rport);
      case 'pid':
        return String(request.clientPid);
      case 'password':
        return request.password === undefined ? '' : revealSecret(request.password);
      case 'mech':
        return request.mechanism;
      case 'secured':
        return infoOf(request).secured === 'tls' ? 'TLS' : infoOf(request).secured === 'secured' ? 'secured' : '';
      case 'cert':
        return infoOf(request).validClientCert ? 'valid' : '';
      case 'session':
        return infoOf(request).session ?? '';
      default:
        return rareVariable(request, name);
    }
  };

const rareVariable = (request: AuthRequest, name: string): ByteString | undefined => {
  const info = infoOf(request);
  switch (name) {
    case 'home':
      return '';
    case 'real_lip':
      return info.realLip ?? '';
    case 'real_rip':
      return info.realRip ?? '';
    case 'real_lport':
      return String(info.realLport);
    case 'real_rport':
      return String(info.realRport);
    case 'local_name':
      return info.localName ?? '';
    case 'client_id':
      return info.clientId ?? '';
    case 'master_user':
      return request.masterUser ?? '';
    case 'session_pid':
      return request.sessionPid === undefined ? '' : String(request.sessionPid);
    case 'domain_first':
      return domain(request.user).split('@', 1)[0] ?? '';
    case 'domain_last':
      return request.user?.includes('@') === true ? request.user.slice(request.user.lastIndexOf('@') + 1) : '';
    case '!':
      return String((request.lookup === 'passdb' ? request.passdb : request.userdb)?.id ?? '');
    default:
      return nameVariable(request, name) ?? fieldVariable(request, name) ?? request.auth.hostVariable(name);
  }
};

/** `login_user`, `orig_username`, `auth_domain`, ...: three parts of four names. */
const nameVariable = (request: AuthRequest, name: string): ByteString | undefined => {
  const parts = /^(login|orig|auth)_(user|username|domain)$/.exec(name);
  if (parts === null) return undefined;
  const original = request.originalUser ?? request.user;
  const whole =
    parts[1] === 'login' ? request.loginUser : parts[1] === 'orig' ? original : (request.masterUser ?? original);
  return parts[2] === 'user' ? (whole ?? '') : parts[2] === 'username' ? localPart(whole) : domain(whole);
};

/** Undefined for a field that is not set, so that the template's own default counts. */
const fieldVariable = (request: AuthRequest, name: string): ByteString | undefined => {
  if (name.startsWith('passdb:')) return fieldValue(request.passdbFields, name.slice('passdb:'.length));
  if (name.startsWith('userdb:') && request.userdbFields !== undefined) {
    return fieldValue(request.userdbFields, name.slice('userdb:'.length));
  }
  return undefined;
};

const localPart = (user: ByteString | undefined): ByteString => user?.split('@', 1)[0] ?? '';

const domain = (user: ByteString | undefined): ByteString => {
  const at = user?.indexOf('@') ?? -1;
  return user === undefined || at === -1 ? '' : user.slice(at + 1);
};
