/** Dovecot reads ipc lines of any length. A command may name many users; beyond this somebody is not speaking ipc. */
export const IPC_MAX_LINE = 65_536;

/** One process's answer to one command: the sessions of a process that has more than anybody's. */
export const IPC_MAX_ANSWER = 67_108_864;
