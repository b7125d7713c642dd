/**
 * What only hops of Dovecot 2.4 say about their clients: ID's `x-connected-name` and `x-client-transport`, XCLIENT's
 * DESTADDR, DESTPORT, DESTNAME and CLIENT-TRANSPORT. `x-multiplex` asks for framed output, which we do not offer.
 */
import type { ByteString } from '@homing/wire';
import type { HopFacts } from '../proxy-login.ts';

export const NO_HOP: HopFacts = { name: undefined, transport: undefined, destination: false };

/** All hops of 2.4 say it, none of 2.3: such a hop follows referrals. */
export const isHop24 = ({ transport }: HopFacts): boolean => transport !== undefined;

/** What counts as a name there (connection_is_valid_dns_name()): nothing that would need quoting. */
export const isHopName = (value: ByteString): boolean => /^(?!.*\.\.)[A-Za-z0-9.\-_:]{1,255}$/.test(value);

/** Anything that does not begin with `TLS` is `insecure`, so that there may be more words one day. */
export const hopTransport = (value: ByteString): NonNullable<HopFacts['transport']> =>
  value.startsWith('TLS') ? 'TLS' : 'insecure';
