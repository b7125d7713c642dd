import type { ByteString, IpAddress } from '@homing/wire';

/** A backend. `slot` is its number in the user directories and vhost rings, kept until the host is removed. */
export type MailHost = {
  readonly slot: number;
  readonly ip: IpAddress;
  /** As configured; empty if the host was given by address. The login proxy checks its TLS certificate against it. */
  readonly hostname: string;
  readonly tag: ByteString;
  vhosts: number;
  isDown: boolean;
  /** Unix seconds of the last change between up and down; 0 = never. */
  updownTime: number;
  /** Changed since the ring was last synced: others may have changed it at the same time. */
  isDesynced: boolean;
};

/** Of a host nobody said anything else about. */
export const DEFAULT_VHOSTS = 100;

/** Slots are 16 bit in every user's record. */
export const MAX_MAIL_HOSTS = 65_535;
