/** @file A manifest for the files of a predictor that was measured. */
import { createHash } from "node:crypto";
import { packageVersion } from "../../lib/version.js";
import { cardFile } from "../../tune/classifier/model-card.js";
import { namedModels } from "../../tune/pretrained/model-folder.js";
import type { TaskFacts } from "../../types/data.js";
import type { Identity } from "../../types/identity.js";
import type { Summary } from "../../types/scores.js";
import { encoderNeed } from "./encoder-need.js";
import { kindsOfFiles } from "./kind-of-files.js";
import { type KindFields, type Manifest, type ManifestBase, manifestFile, manifestFormat } from "./manifest.js";

/** Whose files they are. */
export interface ManifestInput {
  readonly task: TaskFacts;
  /** Its name is `approach`. */
  readonly identity: Identity & { readonly approach: string; readonly seed: number };
  /** As `PredictorFacts.needs` has them. */
  readonly needs: readonly string[];
  /** Of this one measurement; `undefined`: it was not measured. */
  readonly summary: Summary | undefined;
  /** What its encoder can be loaded by, where it needs one. */
  readonly encoderSource?: string;
  /** How confidences were asked of an LLM. */
  readonly confidence?: string;
}

/**
 * The files with a manifest, which takes the place of the way's own and keeps what that tells as `details`. What no kind is known for stays as
 * it is.
 */
export async function withManifest(
  files: ReadonlyMap<string, Uint8Array>,
  input: ManifestInput,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const manifest = await manifestOf(files, input);
  if (manifest === null) return files;
  return new Map([...files, [manifestFile, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)]]);
}

async function manifestOf(files: ReadonlyMap<string, Uint8Array>, input: ManifestInput): Promise<Manifest | null> {
  const [kind, ...others] = await kindsOfFiles({
    names: [...files.keys()],
    json: async (name) => jsonOf(files.get(name)),
  });
  if (kind === undefined || others.length > 0) return null;
  const { task, identity, needs, summary } = input;
  const { approach: name, arm, method, model, variant, seed } = identity;
  const base: ManifestBase = {
    format: manifestFormat,
    versions: { crossover: packageVersion(), node: process.versions.node },
    approach: { name, arm, method, ...(model !== undefined && { model }), ...(variant !== undefined && { variant }), seed },
    labels: [...task.labels],
    isMultiLabel: task.isMultiLabel,
    needs: needsOf(needs),
    data: {
      name: task.name,
      trainRows: task.trainRows,
      testRows: task.testRows,
      trainHash: task.trainHash,
      testHash: task.testHash,
    },
    measured: summary === undefined ? null : measuredOf(summary),
    files: Object.fromEntries(
      [...files]
        .filter(([path]) => path !== manifestFile && path !== cardFile)
        .map(([path, bytes]) => [path, { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }]),
    ),
  };
  const details = detailsOf(files.get(manifestFile));
  return { ...withSource(kind, input), ...base, ...(details !== undefined && { details }) } as Manifest;
}

/** The kind's own fields, with what only the run knows. */
function withSource(kind: KindFields, { encoderSource, confidence, needs }: ManifestInput): object {
  // One that comes along is found by its name; where an engine trains, it may be another than the run's model.
  const sourced = ({ name }: { readonly name: string }): object =>
    encoderSource === undefined || encoderSource === name || namedModels.includes(name) ? {} : { source: encoderSource };
  if (kind.kind === "prompt") {
    const name = encoderNeed(needs);
    return {
      ...kind,
      ...(name !== undefined && { encoder: { name, ...sourced({ name }) } }),
      ...(confidence !== undefined && { confidence }),
    };
  }
  return "encoder" in kind ? { ...kind, encoder: { ...kind.encoder, ...sourced(kind.encoder) } } : kind;
}

/** What a way tells of its folder, without what stands in this manifest itself. */
function detailsOf(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  const own = jsonOf(bytes);
  if (typeof own !== "object" || own === null) return undefined;
  const {
    format: _format,
    versions: _versions,
    files: _files,
    approach: _approach,
    seed: _seed,
    ...details
  } = own as Record<string, unknown>;
  return Object.keys(details).length === 0 ? undefined : details;
}

function needsOf(needs: readonly string[]): ManifestBase["needs"] {
  const isKey = (need: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(need);
  const isPackage = (need: string): boolean => /^@[\w.-]+\/[\w.-]+$/.test(need);
  // The encoder stands with the kind.
  const others = needs.filter((need) => encoderNeed([need]) === undefined);
  return {
    keys: others.filter(isKey),
    network: others.includes("network"),
    packages: others.filter(isPackage),
    other: others.filter((need) => need !== "network" && !isKey(need) && !isPackage(need)),
  };
}

function measuredOf(summary: Summary): NonNullable<ManifestBase["measured"]> {
  const { testRows, missing, accuracy, macroF1, multiLabel, latency, usdPerThousand, fitCost, predictCost } = summary;
  return {
    split: "test",
    rows: testRows,
    missingRows: missing?.rows ?? 0,
    accuracy,
    macroF1,
    ...(multiLabel !== undefined && { microF1: multiLabel.microF1 }),
    latencySeconds: latency,
    usdPerThousand: usdPerThousand === null ? null : { value: usdPerThousand.value, basis: usdPerThousand.basis },
    fitCost,
    predictCost,
  };
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
