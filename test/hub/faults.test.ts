import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchModel } from "../../src/hub/hub.js";
import { random } from "../../src/lib/random.js";
import { bundleChild, ended } from "../servers/child-process.js";
import { commitOf, etagOf, type HubFault, type HubServer, startHub } from "../servers/hub.js";
import { type Asking, asking, contentsOf, notesOf, refusal, tinyModel, token } from "./served.js";

/** The fewest files that make a model: each costs a request. */
const fewest = ["config.json", "tokenizer.json", "model.safetensors"];
const model = Object.fromEntries(fewest.map((file) => [file, tinyModel[file]!]));
const large = "model.safetensors";
const weights = tinyModel[large]!;
const size = weights.length;

let hub: HubServer;
beforeEach(async () => {
  hub = await startHub({ "models/org/tiny": { revisions: { main: model } } });
});
afterEach(() => hub[Symbol.asyncDispose]());

/** The faults of the weights' first, second … answer of the storage. */
function faults(...list: readonly HubFault[]): void {
  const left = [...list];
  hub.fault = ({ server }) => (server === "storage" ? left.shift() : undefined);
}

const incomplete = ({ home }: Asking): string =>
  join(home, "hub/models--org--tiny/blobs", `${etagOf(large, weights)}.crossover.incomplete`);
const ranges = (): (string | undefined)[] => hub.requests.filter(({ server }) => server === "storage").map(({ range }) => range);

async function expectWhole(asked: Asking): Promise<void> {
  expect(await contentsOf(await fetchModel("org/tiny", asked.options))).toEqual(model);
  expect(existsSync(incomplete(asked))).toBe(false);
}

describe("a download goes on", () => {
  it("where connections break, at any byte", async () => {
    const draw = random(1, "breaks");
    for (let round = 0; round < 3; round++) {
      const breaks = Array.from({ length: 6 }, () => draw.integer(size / 8));
      faults(...breaks.map((breakAfter) => ({ breakAfter })));
      const before = hub.requests.length;
      await expectWhole(asking(hub.url));
      const starts = hub.requests
        .slice(before)
        .flatMap(({ server, range }) => (server === "storage" ? [range ?? "bytes=0-"] : []));
      expect(starts).toHaveLength(7);
      // Each took up where the one before stopped: nothing was fetched twice, if all that was sent had arrived.
      const froms = starts.map((range) => Number(/\d+/.exec(range)![0]));
      expect(froms).toEqual([...froms].sort((a, b) => a - b));
      expect(froms.at(-1)).toBeLessThanOrEqual(breaks.reduce((sum, each) => sum + each, 0));
    }
  });

  it("where the listing breaks", async () => {
    hub.fault = (_, index) => (index < 2 ? { breakAfter: 100 } : undefined);
    await expectWhole(asking(hub.url));
  });

  it("where the line goes silent, before the first byte and after some", async () => {
    faults({ silentAfter: 0 }, { silentAfter: 30_000 });
    const asked = asking(hub.url, { HF_HUB_DOWNLOAD_TIMEOUT: "0.3" });
    await expectWhole(asked);
    expect(ranges()).toEqual([undefined, undefined, "bytes=30000-"]);
  });

  it("where bytes drip, as long as they come", async () => {
    faults({ drip: 10_000, everyMs: 60 });
    await expectWhole(asking(hub.url, { HF_HUB_DOWNLOAD_TIMEOUT: "0.4" }));
    expect(ranges()).toEqual([undefined]);
  });

  it("not where a byte comes now and then: that ends in words, and the next start takes up what came", async () => {
    const [drip, silenceSeconds] = [1, 0.3];
    faults({ drip, everyMs: 100 });
    const asked = asking(hub.url, { HF_HUB_DOWNLOAD_TIMEOUT: String(silenceSeconds) });
    const begun = performance.now();
    expect(await refusal(fetchModel("org/tiny", asked.options))).toMatch(/too slow to go on/);
    // A window of six times the silence, and what a busy machine adds.
    expect(performance.now() - begun).toBeLessThan(6 * silenceSeconds * 1000 + 3000);
    faults();
    await expectWhole(asked);
    expect(ranges().at(-1)).toMatch(/^bytes=1?[1-9]-$/);
  });

  it("where the server announces more than it has", async () => {
    faults({ claimMore: 1000 });
    await expectWhole(asking(hub.url));
  });

  it("from the start where the server knows no ranges, or sends another one", async () => {
    faults({ breakAfter: 20_000 }, { ignoreRange: true });
    await expectWhole(asking(hub.url));
    faults({ breakAfter: 20_000 }, { shiftRange: -7 });
    await expectWhole(asking(hub.url));
    expect(ranges()).toEqual([undefined, "bytes=20000-", undefined, "bytes=20000-", undefined]);
  });

  it("after 500s, and after a signed address has expired", async () => {
    let left = 3;
    hub.fault = ({ server }) => (server === "hub" && left-- > 0 ? { status: 503 } : undefined);
    await expectWhole(asking(hub.url));
    faults({ status: 403 });
    await expectWhole(asking(hub.url));
  });

  it("after a 429, as long after as it says", async () => {
    faults({ status: 429, headers: { "retry-after": "1" } });
    const started = performance.now();
    await expectWhole(asking(hub.url));
    expect(performance.now() - started).toBeGreaterThan(990);
    faults({ status: 429, headers: { ratelimit: '"resolvers";r=0;t=1' } });
    const again = performance.now();
    await expectWhole(asking(hub.url));
    expect(performance.now() - again).toBeGreaterThan(990);
  });

  it("in a later process, with the hash of the whole", async () => {
    const asked = asking(hub.url);
    hub.fault = ({ server, range }) =>
      server === "storage" ? (range === undefined ? { breakAfter: 50_000 } : { status: 500 }) : undefined;
    expect(await refusal(fetchModel("org/tiny", asked.options))).toMatch(
      /failed \(HTTP 500\), 5 times in a row\. .*what was downloaded is kept/,
    );
    expect(await readFile(incomplete(asked))).toEqual(weights.subarray(0, 50_000));
    hub.fault = () => undefined;
    await expectWhole(asked);
    expect(ranges().at(-1)).toBe("bytes=50000-");
  });

  it("from the start where what was left is another file's", async () => {
    const asked = asking(hub.url);
    await mkdir(join(incomplete(asked), ".."), { recursive: true });
    await writeFile(incomplete(asked), Buffer.alloc(50_000));
    await expectWhole(asked);
    expect(ranges()).toEqual(["bytes=50000-", undefined]);
    const longer = asking(hub.url);
    await mkdir(join(incomplete(longer), ".."), { recursive: true });
    await writeFile(incomplete(longer), Buffer.alloc(size + 1));
    await expectWhole(longer);
  });

  it("with the new file where it changed meanwhile", async () => {
    const asked = asking(hub.url);
    hub.fault = ({ server, range }) =>
      server === "storage" ? (range === undefined ? { breakAfter: 50_000 } : { status: 500 }) : undefined;
    await refusal(fetchModel("org/tiny", asked.options));
    const changed = Buffer.from(weights);
    changed[10] = changed[10]! ^ 1;
    const files = { ...model, [large]: changed };
    hub.repos = { "models/org/tiny": { revisions: { main: files } } };
    hub.fault = () => undefined;
    const folder = await fetchModel("org/tiny", asked.options);
    expect(folder).toMatch(new RegExp(`${commitOf(files)}$`));
    expect(await contentsOf(folder)).toEqual(files);
  });
});

describe("what arrives wrong is thrown away", () => {
  it("and fetched once more", async () => {
    faults({ flipByte: 1234 });
    await expectWhole(asking(hub.url));
    faults({ extraBytes: 10 });
    await expectWhole(asking(hub.url));
  });

  it("and refused when it is wrong again", async () => {
    for (const fault of [{ flipByte: 1234 }, { extraBytes: 10 }]) {
      faults(fault, fault);
      const asked = asking(hub.url);
      expect(await refusal(fetchModel("org/tiny", asked.options))).toMatch(
        /^model\.safetensors of org\/tiny does not arrive as 127\.0\.0\.1:\d+ describes it \(size or SHA-256 is another\), twice over\. It was thrown away/,
      );
      expect(existsSync(incomplete(asked))).toBe(false);
      expect(readdirSync(join(asked.home, "hub/models--org--tiny"))).not.toContain("refs");
    }
  });

  it("the small files too, by Git's SHA-1", async () => {
    hub.fault = ({ file }) => (file === "tokenizer.json" ? { flipByte: 3 } : undefined);
    expect(await refusal(fetchModel("org/tiny", asking(hub.url).options))).toMatch(
      /^tokenizer\.json of org\/tiny .*SHA-1 is another/,
    );
  });
});

describe("a download stops", () => {
  it("where the server wants to be left alone for long", async () => {
    hub.fault = () => ({ status: 429, headers: { "retry-after": "1200" } });
    expect(await refusal(fetchModel("org/tiny", asking(hub.url).options))).toMatch(
      /counts too many requests \(HTTP 429\), and asks to be left alone for 20 min\. .*HF_TOKEN/,
    );
    expect(hub.requests).toHaveLength(1);
  });

  it("when it is told to, in a pause and in a file, and keeps what it has", async () => {
    const pause = new AbortController();
    hub.fault = () => ({ status: 429, headers: { "retry-after": "60" } });
    const waiting = asking(hub.url, {}, { signal: pause.signal });
    const first = fetchModel("org/tiny", waiting.options);
    await delay(100);
    pause.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
    expect(notesOf(waiting.events)).toEqual([expect.stringMatching(/Trying again in 1 min\.$/)]);

    const stop = new AbortController();
    hub.fault = ({ server }) => (server === "storage" ? { silentAfter: 40_000 } : undefined);
    const asked = asking(hub.url, { HF_HUB_DOWNLOAD_TIMEOUT: "60" }, { signal: stop.signal });
    const second = fetchModel("org/tiny", asked.options);
    while (!existsSync(incomplete(asked)) || (await readFile(incomplete(asked))).length < 40_000) await delay(10);
    stop.abort(new Error("stopped"));
    await expect(second).rejects.toThrow("stopped");
    expect(await readFile(incomplete(asked))).toEqual(weights.subarray(0, 40_000));
    expect(readdirSync(join(asked.home, "hub/.locks/models--org--tiny"))).toEqual([]);
  });
});

describe("a full disk", () => {
  it.runIf(existsSync("/dev/full"))("is named, with what to do", async () => {
    const asked = asking(hub.url);
    await mkdir(join(incomplete(asked), ".."), { recursive: true });
    await symlink("/dev/full", incomplete(asked));
    expect(await refusal(fetchModel("org/tiny", asked.options))).toBe(
      "The disk is full: 0 B of 90.1 kB of model.safetensors of org/tiny were written, and are kept. Make room and start again: " +
        "the download goes on there. HF_HOME names another place.",
    );
  });
});

describe("several at once", () => {
  it("fetch each file once, and all get it", async () => {
    const { home } = asking(hub.url);
    faults({ drip: 20_000, everyMs: 60 });
    const both = [asking(hub.url, { HF_HOME: home }), asking(hub.url, { HF_HOME: home }), asking(hub.url, { HF_HOME: home })];
    const folders = await Promise.all(both.map(({ options }) => fetchModel("org/tiny", options)));
    expect(new Set(folders).size).toBe(1);
    expect(await contentsOf(folders[0]!)).toEqual(model);
    expect(ranges()).toEqual([undefined]);
    expect(both.flatMap(({ events }) => notesOf(events))).toContain(
      "Another process is downloading model.safetensors of org/tiny: waiting for it.",
    );
  });

  it("do not wait for one that was killed, whose download they finish", { timeout: 30_000 }, async () => {
    await using script = await bundleChild("test/hub/fetching-child.ts");
    const asked = asking(hub.url);
    hub.fault = ({ server }) => (server === "storage" ? { silentAfter: 60_000 } : undefined);
    const child = script.start(hub.url, asked.home, token);
    await once(child.stdout!, "data");
    while (!existsSync(incomplete(asked)) || (await readFile(incomplete(asked))).length < 60_000) await delay(20);
    child.kill("SIGKILL");
    await ended(child);
    expect(readdirSync(join(asked.home, "hub/.locks/models--org--tiny"))).toHaveLength(1);
    for (const [path, content] of Object.entries(await contentsOf(asked.home)))
      expect(path + content.toString("latin1")).not.toContain(token);
    hub.fault = () => undefined;
    await expectWhole(asked);
    expect(ranges().at(-1)).toBe("bytes=60000-");
    expect(createHash("sha256").update(weights).digest("hex")).toBe(etagOf(large, weights));
  });
});
