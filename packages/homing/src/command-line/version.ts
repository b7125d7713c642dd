import manifest from '../../package.json' with { type: 'json' };

export const VERSION = manifest.version;

/** As Dovecot names itself in its first log line. */
export const PRODUCT = `Homing v${VERSION}`;
