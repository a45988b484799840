import { lstat, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchModel, planModel } from "../../src/hub/hub.js";
import { commitOf, etagOf, type HubServer, startHub } from "../servers/hub.js";
import { asking, contentsOf, notesOf, refusal, tinyModel, token } from "./served.js";

const large = "model.safetensors";
const weights = tinyModel[large]!;
const commit = commitOf(tinyModel);
const tiny = { revisions: { main: tinyModel } };

let hub: HubServer;
beforeEach(async () => {
  hub = await startHub({ "models/org/tiny": tiny });
});
afterEach(() => hub[Symbol.asyncDispose]());

const asked = (file: string): HubServer["requests"] => hub.requests.filter((request) => request.file === file);

describe("a model", () => {
  it("arrives whole, in the layout of huggingface_hub", async () => {
    const { options, home, events } = asking(hub.url);
    const folder = await fetchModel("org/tiny", options);
    expect(await contentsOf(folder)).toEqual(tinyModel);
    const root = join(home, "hub", "models--org--tiny");
    expect(folder).toBe(join(root, "snapshots", commit));
    expect(await readFile(join(root, "refs", "main"), "utf8")).toBe(commit);
    expect(await readlink(join(folder, large))).toBe(join("..", "..", "blobs", etagOf(large, weights)));
    expect(await readlink(join(folder, "vocab.txt"))).toBe(
      join("..", "..", "blobs", etagOf("vocab.txt", tinyModel["vocab.txt"]!)),
    );
    expect(Object.keys(await contentsOf(join(home, "hub", ".locks")))).toEqual([]);
    const total = Object.values(tinyModel).reduce((sum, { length }) => sum + length, 0) / 1e3;
    expect(events.at(-1)).toEqual({
      kind: "progress",
      phase: "downloading",
      subject: "org/tiny",
      unit: "kB",
      done: total,
      total,
      detail: large,
    });
  });

  it("is not fetched twice, and what changed is fetched alone", async () => {
    const { options, events } = asking(hub.url);
    const first = await fetchModel("org/tiny", options);
    const said = events.length;
    expect(hub.requests.filter(({ file }) => file !== undefined)).toHaveLength(Object.keys(tinyModel).length + 1);
    const before = hub.requests.length;
    expect(await fetchModel("org/tiny", options)).toBe(first);
    expect(hub.requests.slice(before).map(({ url }) => url)).toEqual(["/api/models/org/tiny/revision/main?blobs=true"]);
    expect(events.length).toBe(said);

    const config = Buffer.from(tinyModel["config.json"]!.toString().replace('"gelu"', '"relu"'));
    hub.repos = { "models/org/tiny": { revisions: { main: { ...tinyModel, "config.json": config } } } };
    const second = await fetchModel("org/tiny", options);
    expect(second).not.toBe(first);
    expect(await contentsOf(second)).toEqual({ ...tinyModel, "config.json": config });
    expect(await contentsOf(first)).toEqual(tinyModel);
    expect(asked(large)).toHaveLength(2);
    expect(asked("config.json")).toHaveLength(2);
  });

  it("comes at a revision, and a whole commit asks nothing", async () => {
    const older = { ...tinyModel, "config.json": Buffer.from("{}") };
    hub.repos = { "models/org/tiny": { revisions: { main: tinyModel, "refs/pr/3": older } } };
    const { options, home } = asking(hub.url);
    const folder = await fetchModel("org/tiny@refs/pr/3", options);
    expect(await contentsOf(folder)).toEqual(older);
    expect(await readFile(join(home, "hub/models--org--tiny/refs/refs/pr/3"), "utf8")).toBe(commitOf(older));
    const before = hub.requests.length;
    expect(await fetchModel("org/tiny", { ...options, revision: commitOf(older) })).toBe(folder);
    expect(hub.requests.length).toBe(before);
  });

  it("brings only what is read here", async () => {
    const rest = {
      "README.md": Buffer.from("# Card"),
      "pytorch_model.bin": Buffer.from("pickle"),
      "onnx/model.onnx": Buffer.from("onnx"),
      "model.onnx.json": Buffer.from("{}"),
      "data/config.json": Buffer.from("{}"),
    };
    const modules = [
      { path: "", type: "sentence_transformers.models.Transformer" },
      { path: "pool", type: "sentence_transformers.models.Pooling" },
    ];
    const wanted = {
      ...tinyModel,
      "modules.json": Buffer.from(JSON.stringify(modules)),
      "1_Pooling/config.json": Buffer.from("{}"),
      "pool/config.json": Buffer.from("{ }"),
    };
    hub.repos = { "models/org/tiny": { revisions: { main: { ...rest, ...wanted } } } };
    const { options } = asking(hub.url);
    const folder = await fetchModel("org/tiny", options);
    expect(await contentsOf(folder)).toEqual(wanted);
    await rm(join(folder, "pool/config.json"));
    expect(await refusal(fetchModel("org/tiny", { ...options, offline: true }))).toMatch(/: pool\/config\.json is missing \(/);
  });

  it("comes in shards where its weights are cut", async () => {
    const { [large]: whole, ...small } = tinyModel;
    const shards = {
      "model-00001-of-00002.safetensors": whole!.subarray(0, 40_000),
      "model-00002-of-00002.safetensors": whole!.subarray(40_000),
    };
    const index = Buffer.from(
      JSON.stringify({ metadata: {}, weight_map: { a: Object.keys(shards)[0], b: Object.keys(shards)[1] } }),
    );
    const files = { ...small, ...shards, "model.safetensors.index.json": index };
    hub.repos = { "models/org/tiny": { revisions: { main: files } } };
    const { options } = asking(hub.url);
    expect(await contentsOf(await fetchModel("org/tiny", options))).toEqual(files);
    expect(await contentsOf(await fetchModel("org/tiny", { ...options, offline: true }))).toEqual(files);
  });

  it("is looked at before its weights come", async () => {
    const { options } = asking(hub.url);
    const beforeWeights = async (folder: string): Promise<void> => {
      throw new Error(`config has ${(await readFile(join(folder, "config.json"))).length} bytes`);
    };
    await expect(fetchModel("org/tiny", { ...options, beforeWeights })).rejects.toThrow("config has 660 bytes");
    expect(asked(large)).toEqual([]);
  });

  it("keeps its former name where it was renamed", async () => {
    hub.repos = { "models/tiny": { revisions: {}, renamedTo: "models/org/tiny" }, "models/org/tiny": tiny };
    const { options, home } = asking(hub.url);
    expect(await fetchModel("tiny", options)).toBe(join(home, "hub", "models--tiny", "snapshots", commit));
  });

  it("comes from a mirror whose listing has names only", async () => {
    hub.repos = { "models/org/tiny": { ...tiny, hasBareListing: true } };
    expect(await contentsOf(await fetchModel("org/tiny", asking(hub.url).options))).toEqual(tinyModel);
    expect(hub.requests.filter(({ method }) => method === "HEAD")).toHaveLength(5);
  });

  it("lies as files where links are refused", async () => {
    const { options } = asking(hub.url, { HF_HUB_DISABLE_SYMLINKS: "1" });
    const folder = await fetchModel("org/tiny", options);
    expect((await lstat(join(folder, large))).isFile()).toBe(true);
    expect(await contentsOf(folder)).toEqual(tinyModel);
    const before = hub.requests.length;
    await fetchModel("org/tiny", options);
    expect(hub.requests.length).toBe(before + 1);
  });

  it("is mended where the cache holds a part of a file", async () => {
    const { options } = asking(hub.url);
    const folder = await fetchModel("org/tiny", options);
    const blob = join(folder, "../../blobs", etagOf(large, weights));
    await writeFile(blob, weights.subarray(0, 1000));
    expect((await contentsOf(await fetchModel("org/tiny", options)))[large]).toEqual(weights);
  });

  it("can be planned: what would come, and nothing comes", async () => {
    const { options, home } = asking(hub.url);
    const bytes = Object.values(tinyModel).reduce((sum, { length }) => sum + length, 0);
    expect(await planModel("org/tiny", options)).toEqual({ commit, files: 5, bytes, cacheFolder: join(home, "hub") });
    expect(await contentsOf(home)).toEqual({});
    await fetchModel("org/tiny", options);
    expect(await planModel("org/tiny", options)).toBeUndefined();
  });
});

describe("the token", () => {
  it("is shown to the Hub, never to the storage, and is written nowhere", async () => {
    hub.repos = { "models/org/tiny": { ...tiny, gatedFor: token } };
    const { options, home, events } = asking(hub.url, { HF_TOKEN: token });
    await fetchModel("org/tiny", options);
    for (const { server, authorization, url } of hub.requests) {
      expect(authorization).toBe(server === "hub" ? `Bearer ${token}` : undefined);
      expect(url).not.toContain(token);
    }
    expect(hub.requests.some(({ server }) => server === "storage")).toBe(true);
    for (const [path, content] of Object.entries(await contentsOf(home)))
      expect(path + content.toString("latin1")).not.toContain(token);
    expect(JSON.stringify(events)).not.toContain(token);
  });

  it("is read from the file that Python's login leaves", async () => {
    hub.repos = { "models/org/tiny": { ...tiny, privateFor: token } };
    const { options, home } = asking(hub.url);
    expect(await refusal(fetchModel("org/tiny", options))).toMatch(/There is no model "org\/tiny"/);
    await writeFile(join(home, "token"), `${token}\n`);
    expect(await contentsOf(await fetchModel("org/tiny", options))).toEqual(tinyModel);
  });

  it("is not quoted where it is broken, refused, or the Hub fails", async () => {
    const broken = await refusal(fetchModel("org/tiny", asking(hub.url, { HF_TOKEN: `${token} ${token}` }).options));
    expect(broken).toMatch(/^HF_TOKEN holds a space/);
    hub.fault = () => ({ status: 401 });
    const refused = await refusal(fetchModel("org/tiny", asking(hub.url, { HF_TOKEN: token }).options));
    expect(refused).toMatch(/does not accept the token \(HTTP 401\)/);
    hub.fault = () => ({ status: 500 });
    const failed = await refusal(fetchModel("org/tiny", asking(hub.url, { HF_TOKEN: token }).options));
    expect(failed).toMatch(/failed \(HTTP 500\), 5 times in a row/);
    const endpoint = await refusal(fetchModel("org/tiny", asking(`http://me:${token}@127.0.0.1:1`).options));
    expect(endpoint).toMatch(/^HF_ENDPOINT is not the address of a hub/);
    for (const message of [broken, refused, failed, endpoint]) expect(message).not.toContain(token);
  });
});

describe("a model is refused, with the reason and the remedy", () => {
  const without = (files: Readonly<Record<string, string>>): void => {
    const { [large]: _, ...small } = tinyModel;
    const named = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
    hub.repos = { "models/org/tiny": { revisions: { main: { ...small, ...named } } } };
  };
  const messageFor = (id = "org/tiny", env: Readonly<Record<string, string>> = {}): Promise<string> =>
    refusal(fetchModel(id, asking(hub.url, env).options));

  it.each([
    [
      "a pickle",
      "pytorch_model.bin",
      /weights only as a pickle \(pytorch_model\.bin\).*runs the program in it.*org\/tiny@refs\/pr\/NUMBER.*save_pretrained\(DIR\)/,
    ],
    ["another pickle", "weights/best.pt", /weights only as a pickle \(weights\/best\.pt\)/],
    ["GGUF", "tiny.Q4_K_M.gguf", /weights only as GGUF \(tiny\.Q4_K_M\.gguf\).*quantized, and not for training/],
    ["TensorFlow", "tf_model.h5", /weights only as TensorFlow/],
    ["Flax", "flax_model.msgpack", /weights only as Flax/],
    ["nothing", "notes.txt", /has no model\.safetensors: there are no weights to read/],
  ])("with weights as %s", async (_, file, message) => {
    without({ [file]: "x" });
    expect(await messageFor()).toMatch(message);
    expect(hub.requests.filter((request) => request.file !== undefined)).toEqual([]);
  });

  it("without a tokenizer", async () => {
    hub.repos = { "models/org/tiny": { revisions: { main: { "config.json": Buffer.from("{}"), [large]: weights } } } };
    expect(await messageFor()).toMatch(/has no tokenizer that is read here: neither tokenizer\.json nor vocab\.txt/);
  });

  it("if it is an adapter", async () => {
    hub.repos = {
      "models/org/tiny": {
        revisions: { main: { "adapter_config.json": Buffer.from("{}"), "adapter_model.safetensors": weights } },
      },
    };
    expect(await messageFor()).toMatch(/is an adapter \(LoRA\).*merge_and_unload/);
  });

  it("if it is gated", async () => {
    hub.repos = { "models/org/tiny": { ...tiny, gatedFor: token } };
    expect(await messageFor()).toBe(
      `org/tiny is gated (HTTP 401). Accept the terms at ${hub.url}/org/tiny, then set HF_TOKEN to a token from https://huggingface.co/settings/tokens.`,
    );
    expect(await messageFor("org/tiny", { HF_TOKEN: "hf_another" })).toMatch(
      /is gated, and this token's owner has no access yet \(HTTP 403\)/,
    );
  });

  it("if there is none, or no such revision", async () => {
    expect(await messageFor("org/tinny")).toMatch(
      /^There is no model "org\/tinny" on 127\.0\.0\.1:\d+, or it is private \(HTTP 401\)/,
    );
    expect(await messageFor("org/tiny@v2")).toMatch(/^org\/tiny on 127\.0\.0\.1:\d+ has no revision "v2"\./);
  });

  it.each([
    "../etc/passwd",
    "a/b/c",
    "org/..",
    "org--name",
    "org/name@../../x",
    "org/name@a..b",
    "org/name@/x",
    ".hidden",
    "org/name.git",
    "",
  ])("if its name is %j, before anything is asked", async (id) => {
    expect(await messageFor(id)).toMatch(/can't be (the name|a revision) of/);
    expect(hub.requests).toEqual([]);
  });

  it("if its shards lead out of the folder", async () => {
    without({ "model.safetensors.index.json": JSON.stringify({ weight_map: { a: "../../../escaped.safetensors" } }) });
    expect(await messageFor()).toMatch(
      /lists a file "\.\.\/\.\.\/\.\.\/escaped\.safetensors": a name that could lead out of its folder/,
    );
  });

  it("if the answer is no hub's", async () => {
    hub.fault = () => ({ page: "<html>Log in to the Wi-Fi</html>" });
    expect(await messageFor()).toMatch(/did not answer as a hub does \(no JSON\)/);
    hub.fault = () => ({ page: '{"sha": "../../x", "siblings": []}' });
    expect(await messageFor()).toMatch(/did not answer as a hub does/);
  });

  it("if it redirects in a circle, or to what is no web address", async () => {
    hub.fault = ({ url }) => ({ status: 302, headers: { location: url } });
    expect(await messageFor()).toMatch(/redirects in a circle/);
    hub.fault = () => ({ status: 302, headers: { location: "file:///etc/passwd" } });
    expect(await messageFor()).toMatch(/redirects to an address that is not safe to follow/);
  });

  it("if it is larger than the disk, before the first byte", async () => {
    hub.fault = ({ url }) =>
      url.startsWith("/api")
        ? {
            page: JSON.stringify({
              sha: commit,
              siblings: Object.keys(tinyModel).map((rfilename) => ({ rfilename, size: 9e15, blobId: commit })),
            }),
          }
        : undefined;
    expect(await messageFor()).toMatch(
      /^org\/tiny needs 45,000 TB, and the disk of .* has .*B left\. Make room, or name another place with HF_HOME/,
    );
    expect(hub.requests).toHaveLength(1);
  });
});

describe("offline", () => {
  it("takes what the cache has, without a request", async () => {
    const { options, events } = asking(hub.url);
    const folder = await fetchModel("org/tiny", options);
    const before = hub.requests.length;
    expect(await fetchModel("org/tiny", { ...options, offline: true })).toBe(folder);
    expect(await fetchModel("org/tiny", { ...options, env: { ...options.env, HF_HUB_OFFLINE: "1" } })).toBe(folder);
    expect(hub.requests.length).toBe(before);
    expect(notesOf(events)).toEqual([]);
  });

  it("says what is missing, and how to get it", async () => {
    const { options, home } = asking(hub.url);
    expect(await refusal(fetchModel("org/tiny", { ...options, offline: true }))).toBe(
      `org/tiny is not in the cache (${join(home, "hub")}), and this is offline. Start once without --offline and HF_HUB_OFFLINE, ` +
        "or copy the cache of a machine that has it, or give a local folder.",
    );
    const folder = await fetchModel("org/tiny", options);
    await rm(join(folder, "vocab.txt"));
    expect(await refusal(fetchModel("org/tiny", { ...options, offline: true }))).toMatch(
      /^org\/tiny is not whole in the cache: vocab\.txt is missing \(/,
    );
    await rm(join(folder, "../../blobs", etagOf(large, weights)));
    expect(await refusal(fetchModel("org/tiny", { ...options, offline: true }))).toMatch(
      /: vocab\.txt, model\.safetensors are missing \(/,
    );
  });

  it("is what happens, with a note, where the Hub can't be reached", async () => {
    const { options, home } = asking(hub.url);
    const folder = await fetchModel("org/tiny", options);
    const url = hub.url;
    await hub[Symbol.asyncDispose]();
    const away = asking(url, { HF_HOME: home });
    expect(await fetchModel("org/tiny", away.options)).toBe(folder);
    expect(notesOf(away.events)).toEqual([
      `${url.slice(7)} can't be reached (ECONNREFUSED). Is there a network? HF_ENDPOINT names a mirror. ` +
        `Using the copy of org/tiny in the cache (${commit.slice(0, 7)}).`,
    ]);
    expect(await refusal(fetchModel("org/other", away.options))).toMatch(/^127\.0\.0\.1:\d+ can't be reached/);
  });
});
