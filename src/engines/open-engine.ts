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
  /** GPUs that a job takes of a Ray cluster; with any, a service's machine has one. @default 0 */
  readonly gpus?: number;
  /** See `RayOptions` and `HfJobsOptions`. @default false */
  readonly installsPackages?: boolean;
  /** See `HfJobsOptions`. */
  readonly timeoutSeconds?: number;
  /** See `HfJobsOptions`. */
  readonly image?: string;
}

/** What only some engines have a use for. */
export type EngineUse = Exclude<keyof OpenEngineOptions, "env">;

interface EngineKind {
  /** How a spec of it is written, for messages. */
  readonly form: string;
  /** What it has a use for. */
  readonly uses: readonly EngineUse[];
  /** `rest` is what stands after the colon; `null`: training runs in this process. */
  open(rest: string | undefined, options: OpenEngineOptions): Engine | null;
}

const kinds: Readonly<Record<string, EngineKind>> = {
  local: {
    form: "local",
    uses: [],
    open: (rest) => {
      if (rest !== undefined)
        throw new UserError(`The engine "local" takes nothing after it; found "${rest}". Give --engine local.`);
      return null;
    },
  },
  command: { form: "command:CMD", uses: [], open: (rest, { env }) => commandEngine(rest ?? "", { env }) },
  ray: {
    form: "ray:ADDRESS",
    uses: ["storage", "cpus", "gpus", "installsPackages"],
    open(address, { env, storage, cpus, gpus, installsPackages }) {
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
        ...(installsPackages !== undefined && { installsPackages }),
      });
    },
  },
  "hf-jobs": {
    form: "hf-jobs:[ORG/]FLAVOR",
    uses: ["gpus", "installsPackages", "timeoutSeconds", "image"],
    open(rest = "", { env, gpus = 0, installsPackages, timeoutSeconds, image }) {
      const [, namespace, named] = /^(?:([\w.-]+)\/)?([^/]*)$/.exec(rest) ?? [];
      if (named === undefined)
        throw new UserError(
          `"${rest}" is no machine of Hugging Face Jobs. Give its name, with the organization that pays before it where that is another: hf-jobs:t4-small, hf-jobs:my-org/t4-small.`,
        );
      if (timeoutSeconds === 0)
        throw new UserError("A job of no time comes to nothing. Give --engine-timeout a time, such as 2h, or leave it out.");
      // Its price is told before anything is spent.
      const flavor = named === "" && gpus > 0 ? "t4-small" : named;
      return hfJobsEngine({
        env,
        ...(namespace !== undefined && { namespace }),
        ...(flavor !== "" && { flavor }),
        ...(installsPackages !== undefined && { installsPackages }),
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
        ...(image !== undefined && { image }),
      });
    },
  },
};

const nameIn = (spec: string): string => spec.split(":", 1)[0]!;

/** Whether the engine of a spec has a use for an option. */
export const usesOption = (spec: string, option: EngineUse): boolean =>
  Object.hasOwn(kinds, nameIn(spec)) && kinds[nameIn(spec)]!.uses.includes(option);

/** The forms of those that have a use for it, for messages. */
export function formsThatUse(option: EngineUse): readonly string[] {
  return Object.values(kinds).flatMap(({ form, uses }) => (uses.includes(option) ? [form] : []));
}

/**
 * The engine of a spec such as `command:python`; `null` for `local`, which is training in this process. Nothing is reached yet: that is `check`'s part.
 * `UserError` where there is no such engine.
 */
export function openEngine(spec: string, options: OpenEngineOptions): Engine | null {
  const name = nameIn(spec);
  if (!Object.hasOwn(kinds, name)) {
    const forms = Object.values(kinds).map(({ form }) => form);
    throw new UserError(`"${name}" is no engine.${didYouMean(name, Object.keys(kinds))} Engines: ${forms.join(", ")}.`);
  }
  return kinds[name]!.open(spec === name ? undefined : spec.slice(name.length + 1), options);
}
