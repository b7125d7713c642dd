/**
 * Where the members of a ring live: addresses of the loopback interface, or network namespaces of their own that hang on
 * one bridge and can be taken off it. Unix sockets are reached from everywhere in both cases. Namespaces belong to
 * processes of the test, so that nothing of them outlives it.
 */
import { readlinkSync } from 'node:fs';
import { run, startProcess } from '../lib/process.ts';
import { until } from '../lib/until.ts';

export type Place = {
  readonly address: string;
  /** What a command has to be preceded by to run there. */
  readonly enter: readonly string[];
};

export type Network = {
  readonly places: readonly Place[];
  /** Packets of the place vanish, with no error to anybody, until it is healed. */
  cut(place: Place): Promise<void>;
  heal(place: Place): Promise<void>;
} & AsyncDisposable;

/** `number`: rings with different numbers do not meet. */
export const loopback = (number: number, count: number): Network => ({
  places: Array.from({ length: count }, (_, i) => ({ address: `127.2.${number}.${i + 1}`, enter: [] })),
  cut: () => Promise.reject(new Error('loopback cannot be cut')),
  heal: () => Promise.reject(new Error('loopback cannot be healed')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** Why there are no namespaces here, or undefined if there are. */
export const namespacesMissing = async (): Promise<string | undefined> => {
  const { code, stderr } = await run('unshare', ['--net', 'ip', 'link', 'add', 'br0', 'type', 'bridge']);
  return code === 0 ? undefined : `no network namespaces: ${stderr.trim()}`;
};

export const namespaces = async (count: number): Promise<Network> => {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startNamespace());
  await hub.ip('link add br0 type bridge');
  await hub.ip('link set br0 up');
  const places: Place[] = [];
  const ports = new Map<Place, string>();
  for (let i = 1; i <= count; i++) {
    const member = stack.use(await startNamespace());
    const place = { address: `10.77.0.${i}`, enter: member.enter };
    await hub.ip(`link add port${i} type veth peer name eth0 netns ${member.pid}`);
    await hub.ip(`link set port${i} master br0 up`);
    await member.ip('link set lo up');
    await member.ip(`address add ${place.address}/24 dev eth0`);
    await member.ip('link set eth0 up');
    places.push(place);
    ports.set(place, `port${i}`);
  }
  const running = stack.move();
  return {
    places,
    cut: (place) => hub.ip(`link set ${ports.get(place)} nomaster`),
    heal: (place) => hub.ip(`link set ${ports.get(place)} master br0`),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const startNamespace = async () => {
  const holder = startProcess('unshare', ['--net', 'sleep', 'infinity']);
  const file = `/proc/${holder.pid}/ns/net`;
  await until('a network namespace', 5000, () => readlinkSync(file) !== readlinkSync('/proc/self/ns/net'));
  const enter = ['nsenter', `--net=${file}`];
  return {
    pid: holder.pid,
    enter,
    async ip(command: string): Promise<void> {
      const [program = '', ...args] = [...enter, 'ip', ...command.split(' ')];
      const { code, stderr } = await run(program, args);
      if (code !== 0) throw new Error(`ip ${command}: ${stderr}`);
    },
    [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose](),
  };
};
