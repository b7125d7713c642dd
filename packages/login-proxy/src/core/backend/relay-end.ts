/** How the end of a relayed session reads in the log (login-proxy.c, login_proxy_free_errstr). */
export type RelayEnd = {
  readonly side: 'client' | 'server';
  /** Empty: a clean end. */
  readonly error: string;
};

export type RelayCounts = {
  readonly idleSeconds: number;
  /** Written to the backend, the login commands included. */
  readonly bytesIn: number;
  /** Written to the client, greeting and replies included. */
  readonly bytesOut: number;
  /** Of `bytesOut`: not yet sent. */
  readonly buffered: number;
  readonly clientBlocked: boolean;
  readonly serverBlocked: boolean;
};

export const relayEndText = ({ side, error }: RelayEnd, counts: RelayCounts): string => {
  const parts = [
    `${counts.idleSeconds}s idle`,
    `in=${counts.bytesIn}`,
    `out=${counts.bytesOut}${counts.buffered > 0 ? `+${counts.buffered}` : ''}`,
    ...(counts.clientBlocked ? ['client output blocked'] : []),
    ...(counts.serverBlocked ? ['server output blocked'] : []),
  ];
  return `Disconnected by ${side}${error === '' ? '' : `: ${error}`} (${parts.join(', ')})`;
};
