/** The core process; started by the master. */
import { runChild } from '../child/child-process.ts';
import { startCore } from '../wiring/core-service.ts';

runChild('core', startCore);
