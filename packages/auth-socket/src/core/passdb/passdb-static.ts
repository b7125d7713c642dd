/**
 * `driver = static`: every user exists with these fields. `args` are `key[=template]` words; `password` is the one that
 * is checked (auth.md 8.1).
 */
import { compileTemplate } from '../template.ts';
import { DriverError } from './driver-deps.ts';
import { compileFields, fieldTemplate, splitWords } from './field-template.ts';
import type { Passdb } from './passdb.ts';
import { asFailure } from './template-failure.ts';

export const createStaticPassdb = (args: string): Passdb => {
  const templates = splitWords(args).map(fieldTemplate);
  if (templates.some(({ key }) => key === '')) {
    throw new DriverError(`Invalid passdb template ${args} - key must not be empty`);
  }
  const passwordAt = templates.findIndex(({ key }) => key === 'password');
  const password = passwordAt === -1 ? undefined : compileTemplate(templates[passwordAt]?.text ?? '');
  const fieldsFor = compileFields(templates.filter((_, at) => at !== passwordAt));
  return {
    driver: 'static',
    defaultScheme: 'PLAIN',
    lookup(variables) {
      try {
        const fields = fieldsFor(variables);
        return { result: 'found', password: password?.(variables), fields };
      } catch (error) {
        return asFailure('Failed to expand template', error);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
};
