/** The lines that answer a request, with LF (auth-request-handler.c). Empty hidden fields leave no TAB behind. */
import { type AuthFailCode, type ByteString, escapeTab } from '@homing/wire';
import { fieldValue, hasField, isEmpty, printFields, printOkFields, removeField } from '../fields/fields.ts';
import { type AuthRequest, infoOf } from './auth-request.ts';
import { revealSecret } from './secret.ts';

export const okLine = (request: AuthRequest): ByteString =>
  `OK\t${request.idText}\tuser=${escapeTab(request.user ?? '')}${replyFields(request)}\n`;

export const failLine = (request: AuthRequest): ByteString => {
  removeField(request.passdbFields, 'nologin');
  const user = request.user ?? request.originalUser;
  const code = failCode(request);
  const name = user === undefined ? '' : `\tuser=${escapeTab(user)}`;
  const nodelay = hasField(request.passdbFields, 'nodelay') ? '\tnodelay' : '';
  return `FAIL\t${request.idText}${name}${nodelay}${code === undefined ? '' : `\tcode=${code}`}${replyFields(request)}\n`;
};

const failCode = (request: AuthRequest): AuthFailCode | undefined => {
  if (request.internalFailure) return 'temp_fail';
  // The password was right, but this user may not be logged in as.
  if (request.masterUser !== undefined) return 'authz_fail';
  if (request.result === 'user-disabled') return 'user_disabled';
  return request.result === 'pass-expired' ? 'pass_expired' : undefined;
};

const replyFields = (request: AuthRequest): ByteString => {
  const { passdbFields: fields, originalUser, masterUser, user } = request;
  let out = printOkFields(fields);
  if (originalUser !== undefined && originalUser !== user && !hasField(fields, 'original_user')) {
    out += `\toriginal_user=${escapeTab(originalUser)}`;
  }
  if (masterUser !== undefined && !hasField(fields, 'auth_user')) out += `\tauth_user=${escapeTab(masterUser)}`;
  if (isAnonymous(request)) out += '\tanonymous';
  if (request.authOnly || isEmpty(fields) || !mayBeProxied(request)) return out;
  if (request.password !== undefined && !hasField(fields, 'pass')) {
    // What the user typed, not what the passdb stores.
    out += `\tpass=${escapeTab(revealSecret(request.password))}`;
  }
  if (masterUser !== undefined && masterUser !== '' && !hasField(fields, 'master')) {
    out += `\tmaster=${escapeTab(masterUser)}`;
  }
  return out;
};

/** `director_proxy_maybe` leaves it to the director. */
const mayBeProxied = ({ passdbFields: fields }: AuthRequest): boolean =>
  hasField(fields, 'proxy') || hasField(fields, 'director_proxy_maybe');

const isAnonymous = ({ auth, user }: AuthRequest): boolean =>
  user !== undefined && user !== '' && user === auth.anonymousUsername;

/** `authToken`: what REQUEST asked for, if it did. `tellsLocalName`: the peer may get the name the client came to. */
export const requestReplyLine = (
  request: AuthRequest,
  authToken: string | undefined,
  tellsLocalName: boolean,
): ByteString => {
  const { userdbFields, masterUser, originalUser, user } = request;
  let out = `USER\t${request.idText}\t${escapeTab(user ?? '')}${userdbFields === undefined ? '' : printFields(userdbFields)}`;
  if (masterUser !== undefined && (userdbFields === undefined || !hasField(userdbFields, 'master_user'))) {
    out += `\tmaster_user=${escapeTab(masterUser)}`;
  }
  out += `\tauth_mech=${request.mechanism}`;
  if (isAnonymous(request)) out += '\tanonymous';
  if (authToken !== undefined) out += `\tauth_token=${authToken}`;
  const authUser = masterUser ?? (originalUser === user ? undefined : originalUser);
  if (authUser !== undefined) out += `\tauth_user=${escapeTab(authUser)}`;
  const { localName } = infoOf(request);
  if (tellsLocalName && localName !== undefined) out += `\tlocal_name=${escapeTab(localName)}`;
  return `${out}\n`;
};

export const userReplyLine = (request: AuthRequest): ByteString => {
  const fields = request.userdbFields === undefined ? '' : printFields(request.userdbFields);
  return `USER\t${request.idText}\t${escapeTab(request.user ?? '')}${fields}\n`;
};

/** `FAIL` of a userdb lookup; a userdb that said `tempfail` may give a reason for the user. */
export const userdbFailLine = (request: AuthRequest): ByteString => {
  const reason =
    request.userdbTempfail && request.userdbFields !== undefined
      ? fieldValue(request.userdbFields, 'reason')
      : undefined;
  return `FAIL\t${request.idText}${reason === undefined ? '' : `\treason=${escapeTab(reason)}`}\n`;
};

export const passReplyLine = (request: AuthRequest): ByteString =>
  `PASS\t${request.idText}\tuser=${escapeTab(request.user ?? '')}${printFields(request.passdbFields)}\n`;
