/** Why a template cannot be expanded. Closed list; `docs/errors.md` explains each. */
export const TEMPLATE_ERROR_CODES = ['unknown-variable', 'bad-function'] as const;
export type TemplateErrorCode = (typeof TEMPLATE_ERROR_CODES)[number];

/** The administrator's mistake; `message` is Dovecot's and goes to the log. */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;

  constructor(code: TemplateErrorCode, message: string) {
    super(message);
    this.name = 'TemplateError';
    this.code = code;
  }
}

/** A failure within one variable: `inPlace` is what Dovecot prints for it. */
export class VariableFailure extends TemplateError {
  readonly inPlace: string;

  constructor(code: TemplateErrorCode, message: string, inPlace = '') {
    super(code, message);
    this.inPlace = inPlace;
  }
}

export const unknown = (name: string): VariableFailure =>
  new VariableFailure('unknown-variable', `Unknown variable '%${name}'`, `UNSUPPORTED_VARIABLE_${name}`);

export const badFunction = (message: string): VariableFailure => new VariableFailure('bad-function', message);
