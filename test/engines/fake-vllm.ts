/** @file A Python whose PATH has a stand-in for `vllm`. `batch.py` itself needs nothing but Python. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("fake-vllm.py", import.meta.url));

/** The Python that runs `batch.py`: without packages, so that none of them is vLLM. */
export const barePython = ["python3", "-S"] as const;

function works(): boolean {
  try {
    execFileSync(barePython[0], [...barePython.slice(1), "-c", "import sys; sys.exit(sys.version_info < (3, 10))"], {
      stdio: "ignore",
    });
    return process.platform !== "win32";
  } catch {
    return false;
  }
}

/** Whether there is one. */
export const hasBarePython = works();

/** What a suite that needs it is called after its name. */
export const barePythonNote = hasBarePython ? "" : " (skipped: no python3 of 3.10 or later)";

/** One call of the stand-in. */
export interface VllmCall {
  readonly words: readonly string[];
  readonly ids: readonly string[];
  readonly stats: string | null;
  readonly rank: string | null;
}

export interface FakeVllm {
  /** Of the job, with the stand-in first on PATH. */
  env(modes?: string, more?: Readonly<Record<string, string>>): Record<string, string>;
  /** Calls so far. */
  calls(): Promise<readonly VllmCall[]>;
}

/** Puts the stand-in into a folder. */
export async function fakeVllm(folder: string): Promise<FakeVllm> {
  const bin = join(folder, "bin");
  const log = join(folder, "vllm-calls.jsonl");
  await mkdir(bin, { recursive: true });
  await copyFile(script, join(bin, "vllm"));
  await chmod(join(bin, "vllm"), 0o755);
  return {
    env: (modes = "", more = {}) => ({
      HOME: process.env["HOME"] ?? folder,
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
      VLLM_FAKE: modes,
      VLLM_FAKE_LOG: log,
      ...more,
    }),
    async calls() {
      if (!existsSync(log)) return [];
      const text = await readFile(log, "utf8");
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as VllmCall);
    },
  };
}
