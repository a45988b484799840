/** @file The description of the API, made of the schemas that requests are checked against. */
import { z } from "zod";
import { packageVersion } from "../../lib/version.js";
import type { Served } from "./shapes/shape.js";
import { shapes } from "./shapes/shapes.js";

/** Refusals that every shape has, by status. */
const refusals: Readonly<Record<number, string>> = {
  400: "The body is not what is expected.",
  401: "The token is missing or another one.",
  403: "The Host header names another machine.",
  402: "The server's budget is used up.",
  408: "The request did not arrive in time.",
  413: "The body is too large, or has too many texts.",
  415: "The body is not JSON in UTF-8.",
  429: "The queue is full. Try again after Retry-After seconds.",
  500: "The server failed.",
  501: "The model cannot answer in this shape.",
  502: "The model could not be asked, or did not answer.",
  503: "The server is stopping.",
  504: "The answer took too long.",
};

/** The document in OpenAPI 3.1. */
export function openApi(served: Served, hasToken: boolean): unknown {
  const { name, labels, isMultiLabel } = served;
  const paths: Record<string, unknown> = {};
  for (const shape of shapes) {
    const path = shape.documentedPath ?? shape.path;
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter!);
    paths[path] = {
      ...(names.length > 0 && {
        parameters: names.map((parameter) => ({ name: parameter, in: "path", required: true, schema: { type: "string" } })),
      }),
      post: {
        operationId: shape.id,
        summary: shape.summary,
        description: shape.description,
        requestBody: { required: true, content: { "application/json": { schema: schemaOf(shape.request(served)) } } },
        responses: {
          200: { description: "The answer.", content: { "application/json": { schema: schemaOf(shape.response(served)) } } },
          ...Object.fromEntries(Object.entries(refusals).map(([status, text]) => [status, { description: text }])),
        },
      },
    };
  }
  const open = { ...(hasToken && { security: [] }) };
  const plain = (operationId: string, summary: string, type: string, isOpen = false): unknown => ({
    get: {
      operationId,
      summary,
      ...(isOpen && open),
      responses: { 200: { description: summary, content: { [type]: { schema: {} } } } },
    },
  });
  return {
    openapi: "3.1.0",
    info: {
      title: "crossover serve",
      version: packageVersion(),
      description: `Serves ${name}. A text gets ${isMultiLabel ? "any number of labels" : "one label"}.`,
    },
    ...(hasToken && { security: [{ token: [] }] }),
    "x-labels": labels,
    paths: {
      ...paths,
      "/healthz": plain("healthz", "Whether the server takes requests: 200, or 503 while it stops.", "application/json", true),
      "/metrics": plain("metrics", "Counts for Prometheus.", "text/plain"),
      "/openapi.json": plain("openapi", "This document.", "application/json"),
    },
    ...(hasToken && { components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } } }),
  };
}

function schemaOf(schema: z.ZodType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
