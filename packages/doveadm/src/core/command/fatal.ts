/** Ends the run at once: nothing that is still buffered is printed. */

/** i_fatal(): `Fatal: <message>` on stderr, then this exit status. */
export class Fatal extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = 'Fatal';
    this.status = status;
  }
}

/** The command was called in a way it does not know: its usage line, status 64. */
export class WrongUsage extends Error {
  constructor() {
    super('wrong usage');
    this.name = 'WrongUsage';
  }
}
