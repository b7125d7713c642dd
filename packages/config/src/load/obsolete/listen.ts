/** `ssl_listen`, and `listen` with ports or for one protocol: listeners of the login services now. */
import { setPath } from '../apply.ts';
import type { Loading } from '../loading.ts';
import { globally, noteObsolete } from './note.ts';
import { protocolsHere } from './services.ts';

const isAddress = (text: string): boolean => text === '*' || /^[0-9.]+$/.test(text) || /^\[?[0-9a-f:]+\]?$/i.test(text);

const hasPort = (text: string): boolean =>
  text.includes(':') && text.split(/[, ]+/).some((word) => word !== '' && !isAddress(word));

const setListeners = (loading: Loading, ssl: string, key: string, value: string): void => {
  const protocols = protocolsHere(loading);
  globally(loading, () => {
    for (const protocol of protocols) {
      // Pigeonhole's listener was called managesieve then and is sieve now: the old name is no setting.
      if (protocol === 'managesieve') continue;
      setPath(loading, `service/${protocol}-login/inet_listener/${protocol}${ssl}/${key}`, value, key);
    }
  });
};

/** Whether the setting was one of these. @throws ValueError */
export const convertListen = (loading: Loading, name: string, text: string): boolean => {
  const { block } = loading.frame.layer;
  const isGlobal =
    block.service === undefined &&
    block.localName === undefined &&
    block.local === undefined &&
    block.remote === undefined;
  if (name !== 'ssl_listen' && !(name === 'listen' && (hasPort(text) || !isGlobal))) return false;
  if (text === '') return true;
  const ssl = name === 'ssl_listen' ? 's' : '';
  let addresses = text;
  if (hasPort(text)) {
    noteObsolete(loading, `${name}=..:port has been replaced by service { inet_listener { port } }`);
    const colon = text.lastIndexOf(':');
    setListeners(loading, ssl, 'port', text.slice(colon + 1));
    addresses = text.slice(0, colon);
  }
  if (isGlobal && ssl === '') {
    setPath(loading, name, addresses);
    return true;
  }
  noteObsolete(loading, `protocol { ${name} } has been replaced by service { inet_listener { address } }`);
  setListeners(loading, ssl, 'address', addresses);
  return true;
};
