/** Sizes of the auth protocols' lines (auth-client-connection.c, auth-master-connection.c, lib-auth). */

/** Of an input line on a client-type socket, both ways, LF included (AUTH_CLIENT_MAX_LINE_LENGTH). */
export const AUTH_CLIENT_MAX_LINE = 16_384;

/** Of a command on a master or userdb socket, LF included (MAX_INBUF_SIZE). */
export const AUTH_MASTER_MAX_LINE = 1024;

/** Of a reply on a master or userdb socket, LF included: what mail processes, LMTP and doveadm accept. */
export const AUTH_MASTER_MAX_REPLY = 8192;
