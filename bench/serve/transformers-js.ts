/** @file transformers.js behind the same library, as its users write it: `node transformers-js.js MODEL` prints the port that it listens at. */
import type { AddressInfo } from "node:net";
import { basename, dirname, resolve } from "node:path";
import { serve } from "@hono/node-server";
import { env, pipeline } from "@huggingface/transformers";
import { Hono } from "hono";

const model = process.argv[2]!;
env.allowRemoteModels = false;
env.localModelPath = dirname(resolve(model));
const classify = await pipeline("text-classification", basename(model), {
  dtype: "fp32",
  session_options: { intraOpNumThreads: 2 },
});
const app = new Hono();
app.post("/predict", async (c) => {
  const { text } = await c.req.json<{ text: string }>();
  return c.json(await classify(text));
});
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
