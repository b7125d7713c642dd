/**
 * Replaces what differs from run to run by fixed values of the same form (table in protocol-fixtures/README.md), so that
 * a fixture stays decodable and recording it again changes only what the peer changed.
 */
import { hostname } from 'node:os';

/**
 * `ports`: what listens where, so that a port chosen for the run reads as the protocol's own. `since`: Unix seconds when
 * the case began; with it times keep their distances (see `distances`), without it they are numbered.
 */
export type MaskOptions = {
  readonly dir: string;
  readonly ports: ReadonlyMap<number, number>;
  readonly since?: number;
};

export type Mask = (line: string) => string;

const FIRST_TIME = 1_795_300_000;
const FIRST_CLIENT_PORT = 50_001;
const A_DAY = 86_400;

/** A port chosen for the run reads as the one it stands for. */
export const maskPorts = (text: string, ports: MaskOptions['ports']): string =>
  [...ports].reduce(
    (masked, [from, to]) => masked.replace(new RegExp(`(?<![0-9.])${from}(?![0-9])`, 'g'), String(to)),
    text,
  );

/** One mask a fixture: values it has met keep their replacement. */
export const createMask = (options: MaskOptions): Mask => {
  const cookies = numbered((n) => `c0${String(n).padStart(2, '0')}`.repeat(8));
  const connections = numbered(String);
  const times = numbered((n) => String(FIRST_TIME + n - 1));
  const clientPorts = numbered((n) => String(FIRST_CLIENT_PORT + n - 1));
  const sessions = numbered((n) => `SESSIONIDSESSIO${n}`);
  const pids = numbered((n) => String(10_001 + n));

  const ports: Mask = (line) => maskPorts(line, options.ports);
  const paths: Mask = (line) =>
    line.replaceAll(`${options.dir}/run`, '/run/dovecot').replaceAll(options.dir, '/srv/site');
  const values: Mask = (line) =>
    line
      .replace(/\bSPID\t\d+/, 'SPID\t10001')
      .replace(/\bCUID\t(\d+)/, (_, n: string) => `CUID\t${connections(n)}`)
      .replace(/\b[0-9a-f]{32}\b/g, cookies)
      .replace(/auth_token=[0-9a-f]{40}/g, `auth_token=${'a'.repeat(40)}`)
      .replace(/^(L auth-worker)\((\d+)\)/, (_, name: string, pid: string) => `${name}(${pids(pid)})`)
      .replace(/\(pid=(\d+),uid=\d+\)/, (_, pid: string) => `(pid=${pids(pid)},uid=102)`)
      .replace(/^(S\d? )(\d+)(?=\t.*\t[a-z0-9]+-login\t)/, (_, from: string, pid: string) => from + pids(pid))
      .replace(/\b(mpid|session_pid)=(\d+)/g, (_, key: string, pid: string) => `${key}=${pids(pid)}`)
      .replace(
        /(rport=|"x-originating-port" "|XCLIENT .*PORT=)(\d+)/g,
        (_, key: string, port: string) => key + clientPorts(port),
      )
      .replace(
        /(session=<?|"x-session-id" "|SESSION=)([A-Za-z0-9+/]{16})/g,
        (_, key: string, id: string) => key + sessions(id),
      )
      .replace(/^(S\d? P[IO]NG\t\d+\t)\d+/, '$10')
      .replace(/\b\d+ msecs\b/g, '0 msecs')
      .replace(/(?<=\bPING response took )\d+/, '10')
      .replace(/(?<=\brecently, waiting )\d+/, '60')
      .replace(/\(\d\.\d{3} \+ \d\.\d{3} secs\)/g, '(0.001 + 0.000 secs)')
      .replace(/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b/g, '2026-11-22 00:00:00')
      .replace(...(options.since === undefined ? ([/\b1[789]\d{8}\b/g, times] as const) : distances(options.since)))
      .replace(new RegExp(`(?<=[[@<.])${escapeRegExp(hostname())}(?=[:>])`, 'g'), 'mail.example.com');
  return (line) => values(ports(paths(line)));
};

/**
 * Times before the case began keep their distance to the second: a script made them. Later ones are rounded down to
 * minutes, so that it does not show how long the recording took.
 */
const distances = (since: number): [RegExp, (time: string) => string] => [
  /(?<!\d)1[789]\d{8}(?!\d)/g,
  (time) => {
    const distance = Number(time) - since;
    if (Math.abs(distance) > A_DAY) return time;
    return String(FIRST_TIME + (distance < 0 ? distance : Math.floor(distance / 60) * 60));
  },
];

/** The replacement for a value: the same for the same value, the next number for a new one. */
const numbered = (replacement: (n: number) => string): ((value: string) => string) => {
  const met = new Map<string, string>();
  return (value) => {
    const known = met.get(value);
    if (known !== undefined) return known;
    const made = replacement(met.size + 1);
    met.set(value, made);
    return made;
  };
};

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
