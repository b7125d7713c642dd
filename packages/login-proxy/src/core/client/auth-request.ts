/** What AUTH tells the auth server about the connection (client_get_auth_flags(), sasl_server_auth_begin()). */
import { createRequestInfo, parseIpAddress, type RequestInfo } from '@homing/wire';
import type { Env } from './event.ts';
import type { ClientState } from './state.ts';

export const authRequestInfo = (state: ClientState, env: Env): RequestInfo => {
  const { endpoints, real, tls, haproxy } = state;
  const hasTls = tls.tls !== 'off' || haproxy?.tls === true;
  const isValid = tls.tls === 'on' && tls.facts.certificate === 'valid';
  const certName = tls.tls === 'on' ? tls.facts.username : haproxy?.certName;
  return {
    ...createRequestInfo(),
    service: env.protocol,
    session: state.session,
    lip: parseIpAddress(endpoints.lip),
    rip: parseIpAddress(endpoints.rip),
    lport: endpoints.lport,
    rport: endpoints.rport,
    realLip: parseIpAddress(real.lip),
    realRip: parseIpAddress(real.rip),
    realLport: real.lport,
    realRport: real.rport,
    localName: state.localName,
    clientId: state.clientId === '' ? undefined : state.clientId,
    forwardFields: state.forwardFields,
    secured: state.secured ? (hasTls ? 'tls' : 'secured') : 'no',
    validClientCert: isValid,
    certUsername: env.settings.auth_ssl_username_from_cert ? (certName ?? '') : '',
  };
};
