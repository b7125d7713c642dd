/** Mail hosts that let everybody in and see who is on two of them at once. */
import { createServer, type Server, type Socket } from 'node:net';

export type Witness = {
  /** `alice on 10.0.0.1 and 10.0.0.2`, as it happened. */
  readonly splits: readonly string[];
  /** Where each user was last. */
  readonly hosts: ReadonlyMap<string, string>;
  /** How many sessions there are now on a mail host. */
  count(host: string): number;
} & AsyncDisposable;

type Session = { readonly user: string; readonly host: string };

export const startWitness = async (hosts: readonly string[], port: number): Promise<Witness> => {
  const splits: string[] = [];
  const last = new Map<string, string>();
  const sessions = new Map<Socket, Session | undefined>();
  const open = (): Session[] => [...sessions.values()].filter((session) => session !== undefined);
  const enter = (socket: Socket, session: Session): void => {
    const others = open().filter(({ user, host }) => user === session.user && host !== session.host);
    for (const { host } of others) splits.push(`${session.user} on ${host} and ${session.host}`);
    sessions.set(socket, session);
    last.set(session.user, session.host);
  };
  const servers = await Promise.all(
    hosts.map((host) => {
      const server = createServer((socket) => {
        sessions.set(socket, undefined);
        socket.on('close', () => sessions.delete(socket)).on('error', () => undefined);
        serve(socket, (user) => enter(socket, { user, host }));
      });
      return new Promise<Server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve(server));
      });
    }),
  );
  return {
    splits,
    hosts: last,
    count: (of) => open().filter(({ host }) => host === of).length,
    async [Symbol.asyncDispose]() {
      for (const socket of sessions.keys()) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
};

const serve = (socket: Socket, onLogin: (user: string) => void): void => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.write('* OK [CAPABILITY IMAP4rev1 ID] witness\r\n');
  socket.on('data', (bytes: string) => {
    rest += bytes;
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const [tag = '', command = '', name = ''] = rest.slice(0, end).split(' ');
      rest = rest.slice(end + 2);
      if (command === 'LOGIN') onLogin(name.replaceAll('"', ''));
      if (command === 'CAPABILITY') socket.write('* CAPABILITY IMAP4rev1 ID\r\n');
      socket.write(`${tag} OK done\r\n`);
      if (command === 'LOGOUT') socket.end();
    }
  });
};
