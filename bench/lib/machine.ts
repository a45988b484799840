/** @file On what a figure was measured. */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { env } from "node:process";

/** The Python with the peers in it: `PYTHON`, or that of `.venv`. */
export const python = env["PYTHON"] ?? ".venv/bin/python";

/** Versions of Python packages, as Python itself says. */
export function pythonVersions(packages: readonly string[]): string {
  const program =
    "import sys, importlib.metadata as m; print(f'Python {sys.version.split()[0]}', *(f'{p} {m.version(p)}' for p in sys.argv[1:]), sep=', ')";
  return execFileSync(python, ["-c", program, ...packages], { encoding: "utf8" }).trim();
}

/** The machine in one line. */
export function machineText(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}
