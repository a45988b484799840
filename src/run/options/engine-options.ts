/** @file Where models are trained: on this machine, or through an engine that runs jobs elsewhere. */
import { number, option, text, wholeNumber } from "./option.js";

/** What `--engine` may name, for `--help`. */
export const enginePlaces =
  "local, this machine; command:CMD, a command that is given a script and a folder, such as python, torchrun, srun or ssh; ray:ADDRESS, a Ray cluster; hf-jobs:FLAVOR, Hugging Face Jobs (which bills you)";

/** Options about engines. */
export const engineOptions = {
  engine: option(text(), {
    argument: "where",
    help: `what trains the tuned model: ${enginePlaces}. Everything is still measured here`,
    default: "local",
    before: "local",
    env: "CROSSOVER_ENGINE",
    example: "ray:http://127.0.0.1:8265",
  }),
  engineStorage: option(text(), {
    argument: "where",
    help: "where a Ray cluster puts results: a folder that this machine and the cluster share, or s3://… or gs://…",
    env: "CROSSOVER_ENGINE_STORAGE",
    example: "s3://bucket/crossover",
  }),
  engineJobs: option(wholeNumber(1, 10_000), {
    argument: "n",
    help: "the most jobs that an engine is given at once",
    default: 4,
    before: 4,
    example: "16",
  }),
  engineCpus: option(number(0.1, 10_000), {
    argument: "n",
    help: "CPUs that a job takes of a Ray cluster",
    default: 1,
    before: 1,
    example: "8",
  }),
  engineGpus: option(number(0, 1000), {
    argument: "n",
    help: "GPUs that a job takes of a Ray cluster",
    default: 0,
    before: 0,
    example: "1",
  }),
};
