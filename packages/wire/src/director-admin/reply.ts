/** One-line replies of the admin protocol. Any other line is an error text that doveadm prints. */
export const DIRECTOR_ADMIN_REPLY = {
  ok: 'OK\n',
  notFound: 'NOTFOUND\n',
  tryAgain: 'TRYAGAIN\n',
  vhostsTooLarge: 'vhost count too large\n',
  tagFixed: "host tag can't be changed\n",
  beingUpdated: 'host is already being updated - try again later\n',
  syncTimedOut: 'Ring sync timed out\n',
  /** Ours: what does not fit into a line of the ring. */
  nameTooLong: 'name is too long\n',
} as const;
