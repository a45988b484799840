/** @file The routes: who may ask, what is asked, who answers. No stack, no message of the inside and no text leaves here. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { BudgetError } from "../../lib/errors.js";
import type { Prediction } from "../../types/prediction.js";
import type { AccessCheck } from "./access.js";
import { checkHost } from "./access.js";
import type { Admission } from "./admission.js";
import type { Batcher } from "./batcher.js";
import { type Metrics, metricsType } from "./metrics.js";
import { openApi } from "./openapi.js";
import { clientGone, Refusal } from "./refusal.js";
import { checkBodyHeaders, readJsonBody, toldLength } from "./request-body.js";
import { totalUsd } from "./shapes/predict.js";
import { plainError, type Served, type Shape } from "./shapes/shape.js";
import { shapes } from "./shapes/shapes.js";

/** What the routes work with. */
export interface AppParts {
  readonly served: Served;
  readonly batcher: Batcher;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly checkAccess: AccessCheck;
  readonly hasToken: boolean;
  readonly mostBodyBytes: number;
  /** From a request's headers to its answer. */
  readonly timeoutSeconds: number;
  /** Whether no further requests are taken. */
  isStopping(): boolean;
  /** Told of what went wrong here, and not at the client. */
  readonly onError: (route: string, error: unknown, texts: readonly string[]) => void;
}

type Bindings = { readonly Bindings: HttpBindings };

/** What is sent back. */
interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  body: JSON.stringify(value),
  type: "application/json; charset=utf-8",
  headers,
});

/** The application, to be put behind a server of Node. */
export function serveApp(parts: AppParts): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const { served, metrics, admission, batcher, checkAccess } = parts;
  for (const shape of shapes)
    app.post(shape.path, async ({ env: { incoming, outgoing } }) => {
      const startedAt = performance.now();
      const reply = await answered(shape, incoming, outgoing, startedAt, parts);
      send(outgoing, reply, shape.id, startedAt, parts);
      return RESPONSE_ALREADY_SENT;
    });
  const description = JSON.stringify(openApi(served, parts.hasToken));
  const get = (path: string, id: string, check: AccessCheck, make: () => Reply): void => {
    app.get(path, ({ env: { incoming, outgoing } }) => {
      const startedAt = performance.now();
      send(
        outgoing,
        guarded(() => {
          check(incoming.headers);
          return make();
        }),
        id,
        startedAt,
        parts,
      );
      return RESPONSE_ALREADY_SENT;
    });
  };
  const checkHealth: AccessCheck = parts.hasToken ? () => {} : checkHost;
  get("/healthz", "healthz", checkHealth, () =>
    parts.isStopping() ? json(503, { status: "stopping" }) : json(200, { status: "ok" }),
  );
  get("/metrics", "metrics", checkAccess, () => ({
    status: 200,
    body: metrics.text0004({ inside: admission.inside, waitingTexts: batcher.waitingTexts }),
    type: metricsType,
  }));
  get("/openapi.json", "openapi", checkAccess, () => json(200, JSON.parse(description)));
  app.all("*", ({ env: { incoming, outgoing }, req }) => {
    const startedAt = performance.now();
    const reply = guarded(() => {
      checkAccess(incoming.headers);
      const allowed = methodsOf(req.path);
      if (allowed.length > 0) throw new Refusal(405, `This path takes ${allowed.join(", ")}.`, { Allow: allowed.join(", ") });
      throw new Refusal(404, "There is nothing at this path. /openapi.json says what there is.");
    });
    send(outgoing, reply, "other", startedAt, parts);
    return RESPONSE_ALREADY_SENT;
  });
  app.onError((error, { env: { outgoing } }) => {
    parts.onError("other", error, []);
    send(outgoing, json(500, plainError(failed)), "other", performance.now(), parts);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}

/** Of what is wrong here, and no client's business. */
const failed = "The server failed to answer. Whoever runs it finds the reason in its log.";

/** What another method of the path is for. */
function methodsOf(path: string): string[] {
  if (["/healthz", "/metrics", "/openapi.json"].includes(path)) return ["GET"];
  return shapes.some((shape) => shape.path === path || (shape.path === "/models/*" && path.startsWith("/models/")))
    ? ["POST"]
    : [];
}

function guarded(make: () => Reply): Reply {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, plainError(error.message), error.headers);
    throw error;
  }
}

/** The reply to one request of a shape, whatever becomes of it. */
async function answered(
  shape: Shape,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  startedAt: number,
  parts: AppParts,
): Promise<Reply> {
  const { served, batcher, admission, metrics, checkAccess, mostBodyBytes, timeoutSeconds } = parts;
  let texts: readonly string[] = [];
  try {
    checkAccess(incoming.headers);
    if (parts.isStopping()) throw new Refusal(503, "The server is stopping.", { Connection: "close" });
    checkBodyHeaders(incoming, mostBodyBytes);
    if (outgoing.destroyed) throw clientGone();
    const place = admission.enter(toldLength(incoming));
    const ending = requestEnd(outgoing, timeoutSeconds);
    // What was said of a request stays inside until its last byte is out: a stop waits for that.
    outgoing.once("close", () => {
      place.free();
      ending.clear();
    });
    const body = await readJsonBody(incoming, { mostBytes: mostBodyBytes, place, signal: ending.signal });
    const question = shape.read(body, served);
    texts = question.texts;
    const predictions = texts.length === 0 ? [] : await batcher.classify(texts, ending.signal);
    count(predictions, served.name, metrics);
    const microseconds = Math.round((performance.now() - startedAt) * 1000);
    return json(200, question.answer(predictions, microseconds / 1e6));
  } catch (error) {
    const refusal = refusalOf(error, shape, texts, parts);
    return json(refusal.status, shape.error(refusal.message, refusal.status), refusal.headers);
  }
}

/** What ends a request early: a client that leaves, or time. */
function requestEnd(outgoing: ServerResponse, timeoutSeconds: number): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Refusal(504, `There was no answer within ${timeoutSeconds} s.`)),
    timeoutSeconds * 1000,
  );
  const onClose = (): void => {
    if (!outgoing.writableFinished) controller.abort(clientGone());
  };
  outgoing.once("close", onClose);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

function count(predictions: readonly Prediction[], name: string, metrics: Metrics): void {
  for (const { answer, failure, answeredBy = name } of predictions)
    metrics.text(answer === null ? (failure ?? "error") : "answered", answeredBy);
  metrics.cost(totalUsd(predictions) ?? 0);
}

/** An error as its client may know it; what is not the client's is told to whoever runs the server. */
function refusalOf(error: unknown, { id }: Shape, texts: readonly string[], { onError }: AppParts): Refusal {
  if (error instanceof Refusal) return error;
  onError(id, error, texts);
  if (error instanceof BudgetError) return new Refusal(402, "The server's budget is used up.");
  return new Refusal(500, failed);
}

/** Sends the reply, and counts it. */
function send(outgoing: ServerResponse, reply: Reply, route: string, startedAt: number, { metrics, isStopping }: AppParts): void {
  const { status, body, type, headers } = reply;
  metrics.request(route, status, (performance.now() - startedAt) / 1000);
  if (outgoing.destroyed || outgoing.writableEnded) return;
  const { req } = outgoing;
  const isUnread = !req.complete && (toldLength(req) > 0 || req.headers["transfer-encoding"] !== undefined);
  outgoing.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...headers,
    // What is left of a body that nobody reads must not be taken for the next request, and a server that stops waits for no further one.
    ...((isUnread || isStopping()) && { Connection: "close" }),
  });
  outgoing.end(req.method === "HEAD" ? undefined : body);
}
