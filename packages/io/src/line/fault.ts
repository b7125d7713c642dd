/** Faults of ours in a connection: the stack in the log, and that connection's end. */
import type { Log } from '../log/log.ts';
import type { Protocol } from './protocol.ts';

/** Something of the protocol threw. It is told the end, so that it lets go of what it holds. */
export const endAfterFault = (protocol: Protocol | undefined, fault: unknown, log: Log): void => {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  logFault(error, log);
  endProtocol(protocol, error, log);
};

/** Tells the end, whatever comes of it. */
export const endProtocol = (protocol: Protocol | undefined, reason: Error | undefined, log: Log): void => {
  try {
    protocol?.end(reason);
  } catch (error) {
    logFault(error instanceof Error ? error : new Error(String(error)), log);
  }
};

const logFault = (error: Error, log: Log): void => log.panic('connection_failed', {}, error.stack ?? error.message);
