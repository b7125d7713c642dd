/** What goes to the log and to the peer about a line that was refused (director_cmd_error(), director-connection.c). */
import type { ByteString } from '../line/bytes.ts';
import { splitTabs } from '../line/escape.ts';

/**
 * `reason`: the message of a `WireError` of `parseRingCommand`, or why a well-formed command is refused in the state the
 * connection is in. An empty `line` also stands for one that was too long. Texts of the version check (`WireError` code
 * `bad-version`) are logged bare.
 */
export const formatRingInputError = (line: ByteString, reason: string): string => {
  const fields = splitTabs(line);
  return `Command ${fields[0] ?? '(null)'}: ${reason} (input: ${fields.join('\t')})`;
};

/** The reason of the QUIT that the sender of such a line gets. */
export const ringInputQuitReason = (line: ByteString): ByteString => `Invalid input: ${splitTabs(line)[0] ?? ''}`;
