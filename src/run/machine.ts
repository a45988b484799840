import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
import process from "node:process";
import type { RunManifest } from "../store/run.js";

/** The machine that a run's seconds were measured on. */
export function thisMachine(): RunManifest["machine"] {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    os: `${platform()} ${release()}`,
  };
}
