/**
 * The director's admin protocol (doveadm-connection.c, doveadm-director.c; 2.3 only).
 *
 *     server                                    client (doveadm, poolmon)
 *     VERSION\tdirector-doveadm\t1\t0   ------>
 *                                       <------  VERSION\tdirector-doveadm\t1\t0
 *                                       <------  COMMAND\targ...      one a line, answered in order
 *
 * poolmon compares the server's line byte for byte with its own. Any minor version is accepted, the major must be 1.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';

export const DIRECTOR_ADMIN_HELLO = 'VERSION\tdirector-doveadm\t1\t0\n';

/** Dovecot's text for a hello that is none; the connection is closed without a reply. */
const INCOMPATIBLE = 'doveadm not compatible with this server (mixed old and new binaries?)';

/** Throws `WireError('bad-version')` unless `line` is a hello of major version 1. */
export const checkDirectorAdminHello = (line: ByteString): void => {
  const [command, protocol, major, minor] = splitTabs(line);
  const isCompatible = command === 'VERSION' && protocol === 'director-doveadm' && parseUint32(major) === 1;
  if (!isCompatible || parseUint32(minor) === undefined) throw new WireError('bad-version', INCOMPATIBLE);
};
