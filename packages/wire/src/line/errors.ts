/** Why a peer's bytes were refused. Closed list; `docs/errors.md` explains each. */
export const WIRE_ERROR_CODES = ['line-too-long', 'bad-version', 'bad-line', 'bad-number', 'bad-base64'] as const;
export type WireErrorCode = (typeof WIRE_ERROR_CODES)[number];

/** The peer broke the grammar: the connection is closed and `message` goes to the log, never to the peer. */
export class WireError extends Error {
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.name = 'WireError';
    this.code = code;
  }
}
