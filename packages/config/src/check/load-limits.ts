/** Warnings when auth or anvil could get more connections than they take (2.3). */
import type { ServiceSettings } from '../sections/service.ts';
import type { Checked } from './check.ts';

const reason = (services: readonly ServiceSettings[]): string =>
  services.map(({ name, process_limit }) => `service ${name} { process_limit=${process_limit} }`).join(' + ');

const sum = (services: readonly ServiceSettings[]): number =>
  services.reduce((total, { process_limit }) => total + process_limit, 0);

/** Each process of theirs may hold a connection to auth; imap-hibernate never asks it. */
const asksAuth = ({ name, protocol, type, service_count }: ServiceSettings): boolean =>
  protocol !== '' && (service_count !== 1 || type === 'login') && name !== 'imap-hibernate';

const asksAnvil = ({ name, type }: ServiceSettings): boolean => type === 'login' || name === 'auth';

/** The master's own two pipes to anvil. */
const MASTER_PIPES = 2;

export const warnAboutLoad = ({ settings, services, warn }: Checked, enabled: readonly ServiceSettings[]): void => {
  const limitOf = (wanted: string): number =>
    services.find(({ name }) => name === wanted)?.client_limit ?? settings.default_client_limit;
  const auth = enabled.filter(asksAuth);
  if (limitOf('auth') < sum(auth)) {
    warn(
      `service auth { client_limit=${limitOf('auth')} } is lower than required under max. load (${sum(auth)}). ` +
        `Counted for protocol services with service_count != 1: ${reason(auth)}`,
    );
  }
  const anvil = enabled.filter(asksAnvil);
  const connections = MASTER_PIPES + sum(anvil);
  if (limitOf('anvil') < connections) {
    warn(
      `service anvil { client_limit=${limitOf('anvil')} } is lower than required under max. load (${connections}). ` +
        `Counted with: ${reason(anvil)}`,
    );
  }
};
