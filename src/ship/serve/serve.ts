/** @file A predictor behind HTTP: started, and stopped so that every request that was let in is answered. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { isErrorCode, UserError } from "../../lib/errors.js";
import { accessCheck, checkedToken } from "./access.js";
import { createAdmission } from "./admission.js";
import { type AppParts, serveApp } from "./app.js";
import { type Batcher, type Classify, createBatcher, createDirect } from "./batcher.js";
import { createMetrics } from "./metrics.js";
import type { Served } from "./shapes/shape.js";
import { usualPass } from "./shared-passes.js";

/** Bounds and manner of a server. */
export interface ServeOptions {
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What clients send as a bearer token. Needed where the host is not this machine alone. */
  readonly token?: string;
  /** Requests inside at once, waiting or being answered. @default 256 */
  readonly mostRequests?: number;
  /** @default 10,000 */
  readonly mostTexts?: number;
  /** @default 16 MiB */
  readonly mostBodyBytes?: number;
  /** From a request's headers to its answer. @default 120 */
  readonly timeoutSeconds?: number;
  /** See `BatcherOptions`. @default 64 */
  readonly passTexts?: number;
  /** See `BatcherOptions`. @default 16,384 */
  readonly passCharacters?: number;
  /** See `BatcherOptions`. @default 0 */
  readonly windowMs?: number;
  /** Told of what went wrong here, and not at a client. Texts of the request are given so that they can be kept out of logs. */
  readonly onError?: AppParts["onError"];
}

/** What is served. */
export interface ServedPredictor extends Omit<Served, "mostTexts"> {
  /** Whether texts of several requests are better predicted together: a model on this machine, in contrast to a service. */
  readonly isBatched: boolean;
  readonly classify: Classify;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8780` */
  readonly url: string;
  /** Requests that were let in and are not answered yet. */
  readonly inside: number;
  /** Requests that were let in since the start. */
  readonly admitted: number;
  /** Refuses what comes from now on, answers what was let in, and closes. */
  stop(): Promise<void>;
  /** Closes at once. */
  kill(): void;
}

/** Bodies of all requests together, beside which one alone may have more. */
const mostHeldBytes = 64 * 2 ** 20;

/** Longer than load balancers keep an idle connection, so that it is they who end it: ended here, a request may be under way on it. */
const keepAliveMs = 75_000;

/** How long a request may take to say what it is. */
const headersMs = 10_000;

/** How long whoever comes is still answered that it stops, once nobody is in. */
const refusingMs = 100;

/** How long connections may take to end by themselves once everything is answered. */
const closingMs = 1000;

/** Listens. UserError where the address cannot be listened on, or would be open to others without a token. */
export async function startServer(predictor: ServedPredictor, options: ServeOptions): Promise<RunningServer> {
  const { host = "127.0.0.1", port, timeoutSeconds = 120, mostTexts = 10_000, mostRequests = 256 } = options;
  const token = checkedToken(host, options.token);
  const metrics = createMetrics();
  const batcher = batcherOf(predictor, options, (texts, seconds) => metrics.pass(texts, seconds));
  const admission = createAdmission({ requests: mostRequests, bytes: mostHeldBytes }, () => waitSeconds(batcher));
  let stopping: Promise<void> | undefined;
  const { name, labels, isMultiLabel } = predictor;
  const app = serveApp({
    served: { name, labels, isMultiLabel, mostTexts },
    batcher,
    admission,
    metrics,
    checkAccess: accessCheck(token),
    hasToken: token !== undefined,
    mostBodyBytes: options.mostBodyBytes ?? 16 * 2 ** 20,
    timeoutSeconds,
    isStopping: () => stopping !== undefined,
    onError: options.onError ?? (() => {}),
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    // Those of Node are the whole process's, which may have other uses for them.
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: headersMs,
      requestTimeout: Math.max(headersMs, timeoutSeconds * 1000),
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: keepAliveMs,
    },
  }) as Server;
  await listen(server, host, port);
  const stop = async (): Promise<void> => {
    await admission.empty();
    // Requests that came while the last texts were computed are read only now: they are told that it stops, rather than cut off.
    await delay(refusingMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await Promise.race([closed, delay(closingMs, undefined, { ref: false })]);
    server.closeAllConnections();
    await closed;
  };
  return {
    url: urlOf(host, (server.address() as AddressInfo).port),
    get inside() {
      return admission.inside;
    },
    get admitted() {
      return admission.admitted;
    },
    stop: () => (stopping ??= stop()),
    kill() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function batcherOf(
  { isBatched, classify }: ServedPredictor,
  { passTexts = usualPass.mostTexts, passCharacters = usualPass.mostCharacters, windowMs = 0 }: ServeOptions,
  onPass: (texts: number, seconds: number) => void,
): Batcher {
  if (!isBatched) return createDirect(classify, { onPass });
  return createBatcher(classify, { mostTexts: passTexts, mostCharacters: passCharacters, windowMs, onPass });
}

/** How long what waits will take. */
function waitSeconds({ waitingTexts, textsPerSecond }: Batcher): number {
  return textsPerSecond === null ? 1 : Math.min(60, waitingTexts / textsPerSecond);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, host, port)));
    server.listen(port, host, () => resolve());
  });
}

function listenError(error: Error, host: string, port: number): unknown {
  const address = `${host}:${port}`;
  if (isErrorCode(error, "EADDRINUSE"))
    return new UserError(
      `Port ${port} is taken: something listens at ${address} already. Choose another with --port, or 0 for any that is free.`,
    );
  if (isErrorCode(error, "EACCES"))
    return new UserError(`Port ${port} may not be listened on by this user. Choose one from 1024 on with --port.`);
  if (isErrorCode(error, "EADDRNOTAVAIL") || isErrorCode(error, "ENOTFOUND") || isErrorCode(error, "EAI_AGAIN"))
    return new UserError(
      `--host ${host} is no address of this machine. Leave it out for this machine alone, or write 0.0.0.0 for all its addresses.`,
    );
  return error;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}
