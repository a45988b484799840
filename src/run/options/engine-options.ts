/** @file Where models are trained: on this machine, or through an engine that runs jobs elsewhere. */
import { duration, number, option, text, toggle, wholeNumber } from "./option.js";

/** What `--engine` may name, for `--help`. */
export const enginePlaces =
  "local, this machine; command:CMD, a command that is given a script and a folder, such as python, torchrun, srun or ssh; ray:ADDRESS, a Ray cluster; hf-jobs:FLAVOR or hf-jobs:ORG/FLAVOR, Hugging Face Jobs (which bills you, or the organization)";

/** Options about engines. */
export const engineOptions = {
  engine: option(text(), {
    argument: "where",
    help: `what trains the tuned model (tune:full, tune:lora, tune:setfit), and asks vllm: models: ${enginePlaces}. Everything is still measured here`,
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
    help: "GPUs that a job takes of a Ray cluster, over which vLLM splits its model; of Hugging Face Jobs, where no machine is named, one with a GPU",
    default: 0,
    before: 0,
    example: "1",
  }),
  enginePip: option(toggle(), {
    help: "have the packages that a job needs installed for it, at the versions that its script names: by Ray, whose own Python has to have them without this, or in the image of --engine-image, by its uv",
    default: false,
    before: false,
  }),
  engineImage: option(text(), {
    argument: "image",
    help: "image that jobs of Hugging Face run in, with Python, the packages of the script and huggingface_hub (default: one with uv, which installs them for each job)",
    example: "ghcr.io/my-org/crossover-jobs:1",
  }),
  vllmArgs: option(text(), {
    argument: "args",
    help: "what vLLM is given besides, in the words of `vllm run-batch`, where it asks a vllm: model; kept with the run, so put no token in it",
    example: "'--max-model-len 8192'",
  }),
  engineTimeout: option(duration(), {
    argument: "time",
    help: "after so long Hugging Face ends a job; handed over again, it goes on from its last checkpoint (default: 6h)",
    example: "2h",
  }),
};
