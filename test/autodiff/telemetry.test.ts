import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CompiledTraining, compileTraining } from "../tune/training/compiled-training.js";

const script = "test/autodiff/telemetry-child.ts";

let compiled: CompiledTraining;
beforeAll(async () => {
  compiled = await compileTraining(script);
});
afterAll(() => compiled[Symbol.asyncDispose]());

/** No server: what is not silent writes its files, and sends them nowhere. */
const closedProxy = "http://127.0.0.1:9";

/** Runs the child with a home of its own, and little else in its environment: a variable such as `CI` would keep the library silent too. */
async function run(way: string, env: Readonly<Record<string, string>> = {}): Promise<{ printed: string; left: string[] }> {
  const home = await mkdtemp(join(tmpdir(), "crossover-home-"));
  try {
    const child = spawn(process.execPath, [compiled.path(script), resolve(import.meta.dirname, "../.."), way], {
      env: { PATH: process.env["PATH"], HOME: home, https_proxy: closedProxy, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (bytes) => {
      printed += String(bytes);
    });
    await new Promise((done) => child.once("close", done));
    return { printed, left: await readdir(home, { recursive: true }) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

describe("ONNX Runtime's reports to its maker", () => {
  it.runIf(process.platform === "linux")("would be written by the library alone, so the tests below can fail", async () => {
    const { printed, left } = await run("library alone");
    expect(printed).toBe("done");
    expect(left.some((path) => path.includes("onnxruntime"))).toBe(true);
  });

  it.each(["session", "training", "transformers", "session in a worker that shares the environment"])(
    "leave nothing in the home folder: %s",
    async (way) => {
      expect(await run(way)).toEqual({ printed: "done", left: [] });
    },
  );

  it.each(["session in a worker", "transformers in a worker"])(
    "are refused in a worker thread that can't turn them off: %s",
    async (way) => {
      const { printed, left } = await run(way);
      expect(printed).toMatch(/^UserError: .*ORT_DISABLE_TELEMETRY/);
      expect(left).toEqual([]);
    },
  );

  it("are off in a worker thread whose process has them off", async () => {
    expect(await run("session in a worker", { ORT_DISABLE_TELEMETRY: "1" })).toEqual({ printed: "done", left: [] });
  });

  it.runIf(process.platform === "linux")("stay on where the user says so", async () => {
    const { printed, left } = await run("session", { ORT_DISABLE_TELEMETRY: "0" });
    expect(printed).toBe("done");
    expect(left.some((path) => path.includes("onnxruntime"))).toBe(true);
  });
});
