/** `protocols = imaps pop3s managesieve`: TLS is a listener now, and ManageSieve is called sieve. */
import { applySet, setPath } from '../apply.ts';
import type { Loading } from '../loading.ts';
import { noteObsolete } from './note.ts';

const replaceTlsName = (loading: Loading, words: readonly string[], protocol: string): string[] => {
  const tlsName = `${protocol}s`;
  if (!words.includes(tlsName)) return [];
  if (words.includes(protocol)) {
    noteObsolete(loading, `'${tlsName}' protocol is no longer necessary, remove it`);
    return [];
  }
  noteObsolete(
    loading,
    `'${tlsName}' protocol can no longer be specified (use protocols=${protocol}). to disable non-ssl ${protocol}, ` +
      `use service ${protocol}-login { inet_listener ${protocol} { port=0 } }`,
  );
  setPath(loading, `service/${protocol}-login/inet_listener/${protocol}/port`, '0', 'port');
  return [protocol];
};

/** @throws ValueError */
export const convertProtocols = (loading: Loading, text: string): void => {
  const words = text.split(' ').filter((word) => word !== '');
  for (const word of words) {
    if (word === 'managesieve') {
      noteObsolete(loading, 'protocols=managesieve has been renamed to protocols=sieve');
    }
  }
  const kept = words
    .filter((word) => word !== 'imaps' && word !== 'pop3s')
    .map((word) => (word === 'managesieve' ? 'sieve' : word));
  const added = [...replaceTlsName(loading, words, 'imap'), ...replaceTlsName(loading, words, 'pop3')];
  applySet(loading, 'protocols', { from: 'text', text: [...kept, ...added].join(' ') });
};
