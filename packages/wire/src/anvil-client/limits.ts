/** A command without its LF: anvil reads no more than 1024 bytes of one (MAX_INBUF_SIZE). */
export const ANVIL_CLIENT_MAX_COMMAND = 1023;

/** A row of a dump was told to anvil in one line of at most 1024 bytes; this leaves room for a header of many fields. */
export const ANVIL_CLIENT_MAX_LINE = 8192;
