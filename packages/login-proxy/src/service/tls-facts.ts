import type { TlsAccepted } from '@homing/io';
import { type ByteString, bytesFromText } from '@homing/wire';
import type { LoginSettings } from '../core/client/settings.ts';
import type { TlsFacts } from '../core/client/state.ts';

/** OpenSSL's long names of what Node calls by the short one. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  commonName: 'CN',
  countryName: 'C',
  domainComponent: 'DC',
  givenName: 'GN',
  localityName: 'L',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  stateOrProvinceName: 'ST',
  surname: 'SN',
  userId: 'UID',
};

export const tlsFacts = (
  accepted: TlsAccepted,
  { ssl_cert_username_field: field }: Pick<LoginSettings, 'ssl_cert_username_field'>,
): { facts: TlsFacts; localName: ByteString | undefined } => {
  const { security, certificate, subject, serverName } = accepted;
  const name = certificate === 'valid' ? (subject.get(SHORT_NAMES[field] ?? field) ?? subject.get(field)) : undefined;
  // A name with a NUL in it is an attack on C programs; it is no name.
  const username = name === undefined || name.includes('\0') ? undefined : bytesFromText(name);
  return {
    facts: { security, certificate, username },
    localName: serverName === undefined ? undefined : bytesFromText(serverName),
  };
};
