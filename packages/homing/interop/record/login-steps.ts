/** Steps for the dialogues around a proxied login. */
import { openLineClient } from '../lib/line-client.ts';
import type { Step } from './dialogue.ts';
import type { LoginSite } from './login-site.ts';

/** TLS records begin so; what follows cannot be shown. */
const TLS_HANDSHAKE = '\x16\x03';

/**
 * Logs in through the proxy and keeps what the *proxy* (C) and the backend (S) said; the client's own lines are not part
 * of the fixture. `lines` are sent one by one, each after the reply to the one before.
 */
export const proxied =
  (site: LoginSite, lines: readonly string[], logout: string): Step =>
  async (dialogue) => {
    const number = site.tap.connections.length;
    {
      if (typeof site.address === 'string') throw new TypeError('not a TCP address');
      using client = await openLineClient(site.address);
      await client.line();
      for (const line of lines) {
        client.send(`${line}\r\n`);
        await client.line();
      }
      client.send(`${logout}\r\n`);
      await client.closed();
    }
    for (const { from, bytes } of (await site.tap.ended(number)).said) {
      if (bytes.startsWith(TLS_HANDSHAKE)) return;
      dialogue.record(from, bytes);
    }
  };
