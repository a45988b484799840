/** @file `--engine`: what runs training, by its spec. */
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { commandEngine } from "./command/command-engine.js";
import type { Engine } from "./engine.js";
import { hfJobsEngine } from "./hf-jobs/hf-jobs.js";
import { rayEngine } from "./ray/ray.js";

/** What an engine is opened with. */
export interface OpenEngineOptions {
  /** Variables of the environment: tokens of engines, and what a job may see. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a cluster leaves results: a folder that it shares with this machine, `s3://…`, `gs://…`. Only `ray` has a use for it, and needs it. */
  readonly storage?: string;
  /** CPUs that a job takes of a Ray cluster. @default 1 */
  readonly cpus?: number;
  /** GPUs that a job takes of a Ray cluster. @default 0 */
  readonly gpus?: number;
}

interface EngineKind {
  /** How a spec of it is written, for messages. */
  readonly form: string;
  /** `rest` is what stands after the colon; `null`: training runs in this process. */
  open(rest: string | undefined, options: OpenEngineOptions): Engine | null;
}

const kinds: Readonly<Record<string, EngineKind>> = {
  local: {
    form: "local",
    open: (rest) => {
      if (rest !== undefined)
        throw new UserError(`The engine "local" takes nothing after it; found "${rest}". Give --engine local.`);
      return null;
    },
  },
  command: { form: "command:CMD", open: (rest, { env }) => commandEngine(rest ?? "", { env }) },
  ray: {
    form: "ray:ADDRESS",
    open(address, { env, storage, cpus, gpus }) {
      if (address === undefined || address === "")
        throw new UserError(`--engine ray names no cluster. Give its address: ray:127.0.0.1:8265.`);
      if (storage === undefined)
        throw new UserError(
          `--engine ray:${address} needs --engine-storage, since Ray brings no files back: a folder that this machine and the cluster share, s3://… or gs://….`,
        );
      return rayEngine({
        address,
        storage,
        env,
        ...(cpus !== undefined && { cpus }),
        ...(gpus !== undefined && gpus > 0 && { gpus }),
      });
    },
  },
  "hf-jobs": {
    form: "hf-jobs:FLAVOR",
    open: (flavor, { env }) => hfJobsEngine({ env, ...(flavor !== undefined && flavor !== "" && { flavor }) }),
  },
};

/**
 * The engine of a spec such as `command:python`; `null` for `local`, which is training in this process. Nothing is reached yet: that is `check`'s part.
 * `UserError` where there is no such engine.
 */
export function openEngine(spec: string, options: OpenEngineOptions): Engine | null {
  const colon = spec.indexOf(":");
  const name = colon < 0 ? spec : spec.slice(0, colon);
  if (!Object.hasOwn(kinds, name)) {
    const forms = Object.values(kinds).map(({ form }) => form);
    throw new UserError(`"${name}" is no engine.${didYouMean(name, Object.keys(kinds))} Engines: ${forms.join(", ")}.`);
  }
  return kinds[name]!.open(colon < 0 ? undefined : spec.slice(colon + 1), options);
}
