/** Every command there is. Anything else is answered with the list of these. */
import type { Command } from './context.ts';
import { directorCommands } from './director/commands.ts';

export const allCommands = (program: string): readonly Command[] => [...directorCommands(program)];
