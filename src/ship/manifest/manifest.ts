/**
 * @file `manifest.json`: what the folder of an approach holds, what it takes to use it, and what was measured of it. One schema for every kind of
 * approach; facts, and no words. `decisions/0052-one-manifest.md` says why it is as it is.
 */
import { z } from "zod";
import type { Arm } from "../../types/identity.js";

/** The version of the schema. A reader refuses what is newer than itself. */
export const manifestFormat = 1;

/** The file's name. */
export const manifestFile = "manifest.json";

const number = z.number();
const count = z.int().nonnegative();
const texts = z.array(z.string());
const arms = { tune: "tune", prompt: "prompt", hybrid: "hybrid", baseline: "baseline" } as const satisfies Record<Arm, Arm>;

const estimate = z.object({ value: number, low: number, high: number });
const cost = z.object({ usd: number, seconds: number, inputTokens: number, outputTokens: number, labels: number });

/** What was measured on the test rows, of this very predictor: the report's scores are means over seeds. */
const measured = z.looseObject({
  split: z.literal("test"),
  /** Rows that it was asked about, and those of them that it has no outcome of, which its scores leave out. */
  rows: count,
  missingRows: count,
  /** With 95 % intervals. Of several labels a row the accuracy is the share of rows all of whose labels are right. */
  accuracy: estimate,
  macroF1: estimate,
  microF1: estimate.exactOptional(),
  /** Of single requests. */
  latencySeconds: z.object({ p50: number, p95: number, requests: count }).nullable(),
  usdPerThousand: z.looseObject({ value: number, basis: z.looseObject({ kind: z.string() }) }).nullable(),
  /** What fitting and answering the test rows took. */
  fitCost: cost,
  predictCost: cost,
});

const base = {
  format: z.literal(manifestFormat),
  versions: z.looseObject({ crossover: z.string(), node: z.string() }),
  approach: z.looseObject({
    name: z.string(),
    arm: z.enum(arms),
    method: z.string(),
    model: z.string().exactOptional(),
    variant: z.string().exactOptional(),
    seed: number,
  }),
  labels: texts,
  isMultiLabel: z.boolean(),
  /** What it needs that is not in the folder. */
  needs: z.object({
    /** Variables of the environment that hold a key. */
    keys: texts,
    network: z.boolean(),
    /** Packages beside this one. */
    packages: texts,
    /** Anything else: a program that has to run. */
    other: texts,
  }),
  data: z.looseObject({
    name: z.string(),
    trainRows: count,
    testRows: count,
    /** SHA-256 of the rows (id, text, labels). */
    trainHash: z.string(),
    testHash: z.string(),
  }),
  /** `null`: it was not measured. */
  measured: measured.nullable(),
  /** By path within the folder, with "/" between names: every file but this one and the card, which people add to. */
  files: z.record(z.string(), z.object({ bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  /** What the way itself tells of the folder: the model that was tuned, its license, what 8-bit weights change. */
  details: z.record(z.string(), z.unknown()).exactOptional(),
};

const encoder = z.object({
  name: z.string(),
  hash: z.string(),
  /** What it can be loaded by on the machine that wrote it, where that is not its name. */
  source: z.string().exactOptional(),
});

/** What each kind has of its own: its kind, and what its row in `kinds/` needs to know before a file is read. */
export const kindSchemas = [
  z.object({ kind: z.literal("majority") }),
  z.object({ kind: z.literal("centroid"), encoder }),
  /** The head of a probe whose encoder is the caller's own. */
  z.object({ kind: z.literal("probe"), encoder }),
  z.object({ kind: z.literal("tfidf") }),
  /** A tuned model with its encoder, in the layout of Hugging Face. */
  z.object({ kind: z.literal("classifier") }),
  /** `prompt:labels`, which asks no LLM. */
  z.object({ kind: z.literal("labels"), encoder }),
  /** A prompt for an LLM or a decision model. `confidence`: how the run had confidences told. `encoder`: what finds its examples, where it is asked to. */
  z.object({
    kind: z.literal("prompt"),
    llm: z.string(),
    encoder: encoder.omit({ hash: true }).exactOptional(),
    confidence: z.enum(["logprob", "calibrated", "codes", "stated"]).exactOptional(),
  }),
  /** Answers that were given before: nothing new can be asked. */
  z.object({ kind: z.literal("recording") }),
  /** Two approaches, in folders of their own within it. */
  z.object({ kind: z.literal("cascade") }),
] as const;

/** What each kind has of its own. */
export const kindSchema = z.discriminatedUnion("kind", kindSchemas);
/** What each kind has of its own, as it is told by a folder's files. */
export type KindFields = z.infer<typeof kindSchema>;
/** Every kind of folder. */
export type ArtifactKind = KindFields["kind"];
/** The names of all kinds. */
export const artifactKinds: readonly ArtifactKind[] = kindSchemas.map(({ shape }) => shape.kind.value);

const baseSchema = z.looseObject(base);
/** All of it: fields that later versions add are kept. */
export const manifestSchema = baseSchema.and(kindSchema);

/** What all kinds have. */
export type ManifestBase = z.infer<typeof baseSchema>;
/** The whole manifest. */
export type Manifest = ManifestBase & KindFields;
