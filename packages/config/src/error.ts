/** The admin's fault. The message is Dovecot's, with its `Error in configuration file F line N: `. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** The message without file and line. */
  readonly text: string;

  constructor(message: string, at: { file?: string; line?: number; text?: string } = {}) {
    super(message);
    this.file = at.file;
    this.line = at.line;
    this.text = at.text ?? message;
  }
}
