import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findModelFolder } from "../../src/tune/pretrained/model-folder.js";
import { crossover, emptyFolder, writeTickets } from "../cli/cli.js";
import { commitOf, type HubServer, startHub } from "../servers/hub.js";
import { classifierFolder } from "../tune/classifier/golden-classifiers.js";
import { tinyModel } from "./served.js";

const commit = commitOf(tinyModel);
let hub: HubServer;
let folder: string;
let data: string;
let home: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder, 40);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  hub = await startHub({ "models/org/tiny": { revisions: { main: tinyModel } } });
  home = await mkdtemp(join(tmpdir(), "hub-"));
});
afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

const run = (...words: readonly string[]): ReturnType<typeof crossover> =>
  crossover(["run", data, "--runs", join(folder, "runs"), "--approaches", "tune:probe", ...words], {
    env: { HF_ENDPOINT: hub.url, HF_HOME: home },
  });

describe("--model with a model of the Hub", () => {
  it("downloads it, runs with it, and keeps which commit it was", async () => {
    const { code, out, err } = await run("--model", "org/tiny", "--name", "tiny");
    expect(err).not.toMatch(/rror/);
    expect(code).toBe(0);
    expect(out).toContain("tune:probe");
    const manifest = JSON.parse(await readFile(join(folder, "runs", "tiny", "run.json"), "utf8")) as {
      options: { model: string };
    };
    expect(manifest.options.model).toBe(`org/tiny@${commit}`);
    const card = await readFile(join(folder, "runs", "tiny", "artifacts", "tune_probe", "README.md"), "utf8");
    expect(card).toContain("base_model: org/tiny");

    const before = hub.requests.length;
    const offline = await run("--model", "org/tiny", "--offline", "--name", "offline");
    expect(offline.code).toBe(0);
    const pinned = await run("--model", `org/tiny@${commit}`, "--name", "pinned");
    expect(pinned.code).toBe(0);
    expect(hub.requests.length).toBe(before);
  });

  it("trains it whole, read again from the folder", { timeout: 60_000 }, async () => {
    const words = ["--model", "org/tiny", "--dry-run"];
    expect(
      (
        await crossover(["check", data, "--model", "org/tiny", "--no-label-errors"], {
          env: { HF_ENDPOINT: hub.url, HF_HOME: home },
        })
      ).code,
    ).toBe(0);
    const { code, out, err } = await crossover(
      ["run", data, "--runs", join(folder, "runs"), "--approaches", "tune:full", ...words],
      { env: { HF_ENDPOINT: hub.url, HF_HOME: home } },
    );
    expect(err).not.toMatch(/rror/);
    expect(code).toBe(0);
    expect(out).toContain("tune:full");
  });

  it("downloads nothing for a plan, and says what it would", async () => {
    const { code, out } = await run("--model", "org/tiny", "--dry-run");
    expect(code).toBe(0);
    expect(out).toBe(
      `A run would first download org/tiny (${commit.slice(0, 7)}): 5 files, 95.6 kB, to ${join(home, "hub")}. ` +
        "What the rest would take can be said once the model is here: its tokens are counted, and its size decides. " +
        `To get it without a run: crossover check ${data} --model org/tiny\n`,
    );
    expect(hub.requests.map(({ url }) => url)).toEqual(["/api/models/org/tiny/revision/main?blobs=true"]);
  });

  it("refuses a family that can't be computed before its weights come", async () => {
    const config = Buffer.from(tinyModel["config.json"]!.toString().replace('"model_type": "bert"', '"model_type": "t5"'));
    const files = { ...tinyModel, "config.json": config };
    hub.repos = { "models/org/tiny": { revisions: { main: files } } };
    const { code, err } = await run("--model", "org/tiny");
    expect(code).toBe(2);
    expect(err).toContain(`org/tiny@${commitOf(files).slice(0, 7)}/config.json is of a model of type "t5". Supported: bert, `);
    expect(hub.requests.filter(({ file }) => file === "model.safetensors")).toEqual([]);
  });

  it("runs with a language model, whose weights are in several files", async () => {
    const golden = classifierFolder("qwen2");
    const names = await readdir(golden);
    const files = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(golden, name))] as const)),
    );
    expect(names.filter((name) => name.endsWith(".safetensors")).length).toBe(2);
    hub.repos = { "models/org/tiny": { revisions: { main: files } } };
    const { code, out, err } = await run("--model", "org/tiny", "--name", "decoder");
    expect(err).not.toMatch(/rror/);
    expect(code).toBe(0);
    expect(out).toContain("tune:probe");
  });

  it("asks whether a folder was meant where there is no such model", async () => {
    const { code, err } = await run("--model", "models/tiny");
    expect(code).toBe(2);
    expect(err).toMatch(
      /There is no model "models\/tiny" on 127[\s\S]*If you meant a folder: there is no \/.*models\/tiny\. .*minilm-l6/,
    );
  });

  it("takes no path, and no slip of an embedded name, for a model of the Hub", async () => {
    for (const model of ["./tiny", "/nowhere/tiny", "minilm-16"]) {
      const { code, err } = await run("--model", model);
      expect(code).toBe(2);
      expect(err).toContain(`"${model}" is neither an embedded model nor a folder.`);
    }
    expect(hub.requests).toEqual([]);
  });
});

describe("a folder of Hugging Face's cache", () => {
  it("is called by its repository and commit, any other as it was written", async () => {
    await run("--model", "org/tiny", "--name", "named");
    const path = join(home, "hub", "models--org--tiny", "snapshots", commit);
    expect(findModelFolder(path)).toEqual({ name: `org/tiny@${commit.slice(0, 7)}`, path });
    expect(findModelFolder(home)).toEqual({ name: home, path: home });
  });
});

describe("--llm local: with a model of the Hub, planned", () => {
  const chat = {
    "config.json": Buffer.from("{}"),
    "tokenizer.json": Buffer.from("{}"),
    "onnx/model_q4.onnx": Buffer.alloc(1_200_000),
    "onnx/model.onnx": Buffer.alloc(5_000_000),
  };
  const commands = {
    run: ["--approaches", "prompt:zero-shot"],
    label: ["--labels", "refund,login"],
  };

  it.each(Object.entries(commands))("tells %s what it would download, and downloads nothing", async (command, words) => {
    hub.repos = { "models/org/chat": { revisions: { main: chat } } };
    const planned = (env: Record<string, string>) =>
      crossover([command, data, "--runs", join(folder, "runs"), "--llm", "local:org/chat", "--dry-run", ...words], {
        env: { HF_HOME: home, ...env },
      });
    const { code, out } = await planned({ HF_ENDPOINT: hub.url });
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toContain(`local:org/chat is downloaded first: 3 files, 1.2 MB, to ${join(home, "hub")}`);
    expect(hub.requests.map(({ file }) => file)).not.toContain("onnx/model_q4.onnx");
    const gone = await startHub({});
    await gone[Symbol.asyncDispose]();
    const away = await planned({ HF_ENDPOINT: gone.url });
    expect(away.code).toBe(0);
    expect(away.out.replace(/\s+/g, " ")).toMatch(
      /What local:org\/chat takes to download is not known: 127\.0\.0\.1:\d+ can't be reached/,
    );
  });

  it("plans the safetensors of a model that has them: they are computed here", async () => {
    const weights = Buffer.alloc(700_000);
    const repo = { "config.json": Buffer.from("{}"), "tokenizer.json": Buffer.from("{}"), "model.safetensors": weights };
    hub.repos = { "models/org/chat": { revisions: { main: repo } } };
    const { code, out } = await crossover(
      ["run", data, "--runs", join(folder, "runs"), "--llm", "local:org/chat", "--dry-run", "--approaches", "prompt:zero-shot"],
      { env: { HF_HOME: home, HF_ENDPOINT: hub.url } },
    );
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toContain("local:org/chat is downloaded first: 3 files, 700 kB");
  });
});

describe("--llm local: with a model that cannot be had", () => {
  const told = async (model: string, ...words: string[]): Promise<string> => {
    const { code, out, err } = await crossover(
      ["run", data, "--runs", join(folder, "none-began"), "--llm", `local:${model}`, ...words],
      {
        env: { HF_HOME: home, HF_ENDPOINT: hub.url },
      },
    );
    expect(code).toBe(2);
    // Before the data was read: nothing was trained, and no run was begun.
    expect(out + err).not.toContain("training rows");
    expect(await readdir(folder)).not.toContain("none-began");
    return err;
  };

  it("is refused before anything is trained: a file that is missing, cut off or something else, and a name that the Hub does not know", async () => {
    const whole = await readFile("golden/gguf/llama.gguf");
    const [cut, other] = [join(folder, "cut.gguf"), join(folder, "other.gguf")];
    await writeFile(cut, whole.subarray(0, whole.length / 2));
    await writeFile(other, "text,label\n");
    expect(await told(join(folder, "missing.gguf"))).toMatch(/missing\.gguf/);
    expect(await told(cut)).toMatch(/cut\.gguf/);
    expect(await told(other, "--dry-run")).toMatch(/other\.gguf/);
    hub.repos = {};
    expect(await told("org/nowhere")).toMatch(/org\/nowhere/);
    expect(await told("org/nowhere", "--offline")).toMatch(/org\/nowhere.* is not in the cache/s);
  });
});
