/** The answer for a template that cannot be expanded; anything else thrown is our own fault and goes on. */
import { TemplateError } from '../expand/template-error.ts';

export const asFailure = (what: string, error: unknown): { result: 'internal-failure'; cause: Error } => {
  if (!(error instanceof TemplateError)) throw error;
  return { result: 'internal-failure', cause: new TemplateError(`${what}: ${error.message}`) };
};
