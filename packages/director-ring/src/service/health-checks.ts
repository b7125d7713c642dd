/** Probes all mail hosts every `homing_health_interval` seconds and tells the core, which decides. */
import { ConfigError } from '@homing/config';
import type { Connect } from '@homing/io';
import { createLineDecoder, WireError } from '@homing/wire';
import { endRound, probed } from '../core/health/health.ts';
import {
  type Credentials,
  createDialogue,
  type Probe,
  type ProbeDialogue,
  parseProbe,
} from '../core/health/probe-dialogue.ts';
import type { DirectorSettings } from '../core/settings.ts';
import type { Runtime } from './runtime.ts';

export type ConnectHost = (host: string, port: number) => Connect;

export type HealthChecks = { start(): void; close(): void };

/** Mail hosts probed at the same time. */
const PARALLEL = 32;

/** What Node's timers can count, 25 days, and how long a vote is good for, are far more. */
const MAX_SECONDS = 86_400;

/** Longer lines are no greeting. */
const MAX_LINE = 8192;

/** Throws `ConfigError`. */
export const parseHealthChecks = ({
  homing_health_checks: checks,
  homing_health_interval: interval,
  homing_health_timeout: timeout,
  homing_health_down_after: downAfter,
  homing_health_up_after: upAfter,
}: DirectorSettings): Probe[] => {
  const probes = checks.split(/\s+/).flatMap((word) => {
    if (word === '') return [];
    const probe = parseProbe(word);
    if (probe === undefined) throw new ConfigError(`homing_health_checks: not a probe: ${word}`);
    return [probe];
  });
  const times = { homing_health_interval: interval, homing_health_timeout: timeout };
  const counts = { homing_health_down_after: downAfter, homing_health_up_after: upAfter };
  for (const [name, value] of Object.entries({ ...times, ...counts })) {
    if (value === 0) throw new ConfigError(`${name} must not be 0`);
  }
  for (const [name, value] of Object.entries(times)) {
    if (value > MAX_SECONDS) throw new ConfigError(`${name} must not be more than a day`);
  }
  return probes;
};

export const createHealthChecks = (runtime: Runtime, probes: readonly Probe[], connect: ConnectHost): HealthChecks => {
  const { director } = runtime;
  const { homing_health_user: user, homing_health_password: password } = director.settings;
  const login = user === '' ? undefined : { user, password };
  const timeoutSeconds = director.settings.homing_health_timeout;
  const intervalMs = director.settings.homing_health_interval * 1000;
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const probeHost = async (ip: string): Promise<string | undefined> => {
    for (const { protocol, port } of probes) {
      const failure = await probe(connect(ip, port), createDialogue(protocol, login), timeoutSeconds, stop.signal);
      if (failure !== undefined) return `${protocol}:${port}: ${withoutSecret(failure, login)}`;
    }
    return undefined;
  };
  const round = async (): Promise<void> => {
    const hosts = director.hosts.all().map(({ ip }) => ip);
    const worker = async (): Promise<void> => {
      for (let ip = hosts.shift(); ip !== undefined; ip = hosts.shift()) {
        const failure = await probeHost(ip);
        if (stop.signal.aborted) return;
        probed(director, ip, failure);
        runtime.settle();
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    if (stop.signal.aborted) return;
    endRound(director, runtime.now());
    runtime.settle();
  };
  const loop = (): void => {
    const due = runtime.now() + intervalMs;
    const again = (): void => {
      if (!stop.signal.aborted) timer = setTimeout(loop, Math.max(0, due - runtime.now())).unref();
    };
    round().then(again, (error: unknown) => {
      runtime.log.error('health_failed', {}, `health: ${String(error)}`);
      again();
    });
  };
  return {
    start: loop,
    close() {
      stop.abort();
      clearTimeout(timer);
    },
  };
};

/** A backend could repeat what it was told. */
const withoutSecret = (text: string, login: Credentials | undefined): string =>
  login === undefined || login.password === '' ? text : text.replaceAll(login.password, '<hidden>');

/** Why it failed, or undefined. */
const probe = (
  connect: Connect,
  dialogue: ProbeDialogue | undefined,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    let isOver = false;
    let close = (): void => {};
    const finish = (failure: string | undefined): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stopped);
      close();
      resolve(failure);
    };
    const stopped = (): void => finish('stopped');
    signal.addEventListener('abort', stopped, { once: true });
    const timer = setTimeout(finish, timeoutSeconds * 1000, `no answer in ${timeoutSeconds} secs`).unref();
    connect((outlet) => {
      close = () => outlet.close();
      if (dialogue === undefined) finish(undefined);
      if (isOver) outlet.close();
      const lines = createLineDecoder(MAX_LINE);
      const step = (line: string): void => {
        const next = dialogue?.(line);
        if (next === undefined || next.do === 'wait') return;
        if (next.do === 'fail') {
          finish(next.reason);
          return;
        }
        outlet.send(next.text);
        if (next.do === 'succeed') finish(undefined);
      };
      return {
        receive(bytes) {
          lines.push(bytes);
          try {
            for (let line = lines.next(); line !== undefined && !isOver; line = lines.next()) step(line);
          } catch (error) {
            if (!(error instanceof WireError)) throw error;
            finish(error.message);
          }
        },
        end: (error) => finish(error === undefined ? 'connection closed' : error.message),
      };
    }).catch((error: unknown) => finish(error instanceof Error ? error.message : String(error)));
  });
