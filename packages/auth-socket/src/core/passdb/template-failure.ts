/** The answer for a template that cannot be expanded; anything else thrown is our own fault and goes on. */
import { TemplateError } from '@homing/config';

export const asFailure = (what: string, error: unknown): { result: 'internal-failure'; cause: Error } => {
  if (!(error instanceof TemplateError)) throw error;
  return { result: 'internal-failure', cause: new TemplateError(error.code, `${what}: ${error.message}`) };
};
