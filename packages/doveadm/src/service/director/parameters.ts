/** Parameters that the director commands share. */
import type { Parameter } from '../../core/command/command.ts';

export const socketPath: Parameter = { name: 'socket-path', type: 'string', short: 'a' };
export const hostParameter: Parameter = { name: 'host', type: 'string', positional: true };
