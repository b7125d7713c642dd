/** Dovecot reads ipc lines of any length. A command may name many users; beyond this somebody is not speaking ipc. */
export const IPC_MAX_LINE = 65_536;
