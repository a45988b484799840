import { afterAll, beforeAll, expect, it } from "vitest";
import { loadEncoder } from "../../src/index.js";
import type { ProgressEvent } from "../../src/types/events.js";
import { commitOf, type HubServer, startHub } from "../servers/hub.js";
import { tinyFolder } from "../tune/pretrained/golden-encoder.js";
import { asking, tinyModel } from "./served.js";

let hub: HubServer;
beforeAll(async () => {
  hub = await startHub({ "models/org/tiny": { revisions: { main: tinyModel } } });
});
afterAll(() => hub[Symbol.asyncDispose]());

const context = { signal: new AbortController().signal, spend: () => {}, log: () => {}, useCache: false };

it("loadEncoder takes a model of the Hub by its name, downloads it once, and embeds as its folder does", async () => {
  const { env } = asking(hub.url).options;
  const events: ProgressEvent[] = [];
  await using encoder = await loadEncoder("org/tiny", { env, threads: 1, log: (event) => events.push(event) });
  await using local = await loadEncoder(tinyFolder, { threads: 1 });
  expect(encoder.name).toBe(`org/tiny@${commitOf(tinyModel).slice(0, 7)}`);
  expect(encoder.hash).toBe(local.hash);
  expect(await encoder.embed(["lost parcel"], context)).toEqual(await local.embed(["lost parcel"], context));
  expect(events.some((event) => event.kind === "progress" && event.phase === "downloading")).toBe(true);

  const before = hub.requests.length;
  await using again = await loadEncoder(`org/tiny@${commitOf(tinyModel)}`, { env, threads: 1, offline: true });
  expect(again.hash).toBe(encoder.hash);
  expect(hub.requests.length).toBe(before);
});

it("loadEncoder of a name that the Hub does not have is a UserError that says what comes with the package", async () => {
  const { env } = asking(hub.url).options;
  await expect(loadEncoder("org/none", { env })).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringMatching(/org\/none[\s\S]*minilm-l6/) as string,
  });
});
