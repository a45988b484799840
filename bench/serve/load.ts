/**
 * @file Load on an HTTP server: so many connections, each of which asks again as soon as it is answered. Bytes are made beforehand and answers are not
 * parsed beyond their end, so that the load takes little of the processor that the server needs.
 */
import { connect, type Socket } from "node:net";

/** What is asked, and how. */
export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** JSON, in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  /** Measured, after the warm-up. */
  readonly seconds: number;
  /** @default 0 */
  readonly warmUpSeconds?: number;
}

/** What came of it. */
export interface Load {
  /** Answers with the status 200 within the measured time. */
  readonly answered: number;
  readonly seconds: number;
  /** Seconds of those, in ascending order. */
  readonly latencies: readonly number[];
  /** All answers by status, from the first to the last. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests that were sent and got no byte of an answer: they were never let in. */
  readonly unanswered: number;
  /** Answers that broke off. */
  readonly broken: number;
  /** Connections that could not be made. */
  readonly refused: number;
}

/** The value below which a share of ascending values lies. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN;
}

/** Asks until the time is over, or nothing can be connected to any more. */
export async function load({ port, path, bodies, connections, seconds, warmUpSeconds = 0 }: LoadOptions): Promise<Load> {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const from = performance.now() + warmUpSeconds * 1000;
  const until = from + seconds * 1000;
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  let [next, unanswered, broken, refused, last] = [0, 0, 0, 0, from];
  const connection = async (): Promise<void> => {
    while (performance.now() < until) {
      const socket = await connected(port);
      if (socket === null) {
        refused++;
        return;
      }
      for (let isOpen = true; isOpen && performance.now() < until; ) {
        const startedAt = performance.now();
        const answer = await exchanged(socket, requests[next++ % requests.length]!);
        const endedAt = performance.now();
        if (answer.kind === "none") unanswered++;
        else if (answer.kind === "broken") broken++;
        else {
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          if (answer.status === 200 && endedAt >= from && endedAt <= until) {
            latencies.push((endedAt - startedAt) / 1000);
            last = Math.max(last, endedAt);
          }
        }
        isOpen = answer.kind === "whole" && !answer.isLast;
      }
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  latencies.sort((a, b) => a - b);
  return { answered: latencies.length, seconds: (last - from) / 1000, latencies, statuses, unanswered, broken, refused };
}

function connected(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
    // Whoever waits hears of it by `close`.
    socket.on("error", () => {});
  });
}

type Answer =
  | { readonly kind: "whole"; readonly status: number; readonly isLast: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "broken" };

function exchanged(socket: Socket, request: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    let text = "";
    const settle = (answer: Answer): void => {
      socket.off("data", onData).off("close", onClose);
      resolve(answer);
    };
    const onClose = (): void => settle({ kind: text === "" ? "none" : "broken" });
    const onData = (chunk: Buffer): void => {
      // One character a byte: lengths are those of the wire.
      text += chunk.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      if (head < 0) return;
      const headers = text.slice(0, head).toLowerCase();
      const length = /\r\ncontent-length: *(\d+)/.exec(headers)?.[1];
      const isWhole = length === undefined ? text.endsWith("\r\n0\r\n\r\n") : text.length >= head + 4 + Number(length);
      if (isWhole)
        settle({ kind: "whole", status: Number(text.slice(9, 12)), isLast: headers.includes("\r\nconnection: close") });
    };
    if (socket.destroyed) return resolve({ kind: "none" });
    socket.on("data", onData).on("close", onClose);
    socket.write(request);
  });
}
