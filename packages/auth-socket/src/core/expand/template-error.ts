/** A template asks for something that does not exist; `message` is Dovecot's and goes to the log. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateError';
  }
}
