/** A command line with its LF fits in 1024 bytes (doveadm-connection.c). */
export const DIRECTOR_ADMIN_MAX_LINE = 1023;

/** `vhost count too large` above this. Counts from the ring may be higher. */
export const DIRECTOR_ADMIN_MAX_VHOSTS = 1000;
