/** A login worker; started by the master. */
import { runChild } from '../child/child-process.ts';
import { startLogin } from '../wiring/login-service.ts';

runChild('login', startLogin);
