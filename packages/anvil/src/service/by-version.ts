/** 2.3 and 2.4 speak different protocols on the `anvil` socket. Clients name themselves first: `anvil`, `anvil-client`. */
import type { Protocol } from '@homing/io';
import { ANVIL_MAX_LINE } from '@homing/wire';

const CLIENT_24 = 'VERSION\tanvil-client\t';

/** Whichever fits the first line gets all bytes. */
export const byVersion = (make: { readonly v23: () => Protocol; readonly v24: () => Protocol }): Protocol => {
  let bytes = '';
  let chosen: Protocol | undefined;
  return {
    receive(more) {
      if (chosen !== undefined) {
        chosen.receive(more);
        return;
      }
      bytes += more;
      if (!bytes.includes('\n') && bytes.length <= ANVIL_MAX_LINE) return;
      chosen = bytes.startsWith(CLIENT_24) ? make.v24() : make.v23();
      chosen.receive(bytes);
      bytes = '';
    },
    end: (error) => chosen?.end(error),
  };
};
