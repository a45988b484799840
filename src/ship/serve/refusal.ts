/** @file A request that is not answered, and what its client is told. */

/** Why a request gets no prediction: an HTTP status, and a sentence for whoever wrote the client. It tells nothing of the inside. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The client went away: there is nobody to answer. Counted with the status that nginx made usual for it. */
export const clientGone = (): Refusal => new Refusal(499, "The client closed the connection.");
