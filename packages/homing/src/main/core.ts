/** The core process; started by the master. */
import { setFlagsFromString } from 'node:v8';
import { runChild } from '../child/child-process.ts';
import { startCore } from '../wiring/core-service.ts';

// A login runs through many small functions; with V8's usual limit half of them stay calls.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=5000');

runChild('core', startCore);
