/** `reload` and `stop`: a signal to the running server. */
import { EXIT } from '../core/command/command.ts';
import { Fatal } from '../core/command/fatal.ts';
import type { Command } from './context.ts';

const signalCommand = (name: 'reload' | 'stop', summary: string): Command => ({
  name,
  usage: '',
  summary,
  parameters: [],
  async run({ host, settings }) {
    const failure = await host.signalServer(name, settings().base_dir);
    if (failure !== undefined) throw new Fatal(failure, EXIT.tempFail);
  },
});

export const reload = signalCommand('reload', 'Let the server read its configuration again');
export const stop = signalCommand('stop', 'End the server');
