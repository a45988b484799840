/** @file The Python of the tests that need one: `CROSSOVER_PYTHON`, or `python3`, where it has all packages of the scripts. */
import { execFileSync } from "node:child_process";
import { commandEngine } from "../../src/engines/command/command-engine.js";

const python = process.env["CROSSOVER_PYTHON"] ?? "python3";

function hasPackages(): boolean {
  try {
    // Finding a module takes no time; importing torch would take seconds of every run.
    const found =
      "import importlib.util as u, sys; sys.exit(not all(u.find_spec(n) for n in ('torch', 'transformers', 'peft', 'accelerate')))";
    execFileSync(python, ["-c", found], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Whether there is one. */
export const hasPython = hasPackages();

/** What a suite that needs it is called after its name. */
export const pythonNote = hasPython
  ? ""
  : " (skipped: no Python with torch, transformers, peft and accelerate; set CROSSOVER_PYTHON)";

// Threads that wait for each other on a busy machine would make seconds minutes.
const env = { ...process.env, HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" };

/** Runs jobs with it. */
export const pythonEngine = commandEngine(`'${python}'`, { env });
