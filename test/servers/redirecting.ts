/** @file A server on loopback that answers some requests with a redirect and hands the others to a server behind it. */

import { createServer, request as newRequest } from "node:http";
import type { AddressInfo } from "node:net";

export interface RedirectingServer extends AsyncDisposable {
  /** Without a path. */
  readonly origin: string;
  /** Requests that came, redirected or not: method and path. */
  readonly requests: readonly string[];
}

export interface RedirectingOptions {
  readonly status: number;
  /** Where a request is to go instead; `null`: it is handed on. `request` is its method and path. */
  readonly leadTo: (request: string) => string | null;
  /** Origin of the server behind; requests that are not redirected are answered 500 without one. */
  readonly behind?: string;
}

/** Starts the server on a free port of 127.0.0.1. */
export async function startRedirecting({ status, leadTo, behind }: RedirectingOptions): Promise<RedirectingServer> {
  const requests: string[] = [];
  const server = createServer((message, response) => {
    const { method, url, headers } = message;
    requests.push(`${method} ${url}`);
    const location = leadTo(requests.at(-1)!);
    if (location !== null || behind === undefined) {
      message.resume();
      response.writeHead(location === null ? 500 : status, location === null ? {} : { location }).end();
      return;
    }
    const handedOn = newRequest(new URL(url!, behind), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    message.pipe(handedOn);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
