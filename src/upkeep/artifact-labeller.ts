/** @file What a run made, as who labels: the loader of folders joined with the engine of `label`. */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { noFacts } from "../compare/define-approach.js";
import { planElsewhere } from "../label/engine-labeller.js";
import type { AnswerColumns, LabellerOptions, LabellerPlan, LabellerSources, OpenLabeller } from "../label/labeller.js";
import { planLocal } from "../label/local-labeller.js";
import { planPrompt, promptEncoder } from "../label/prompted-labeller.js";
import { answersOfRun, readFolderPrompt } from "../label/stored-prompt.js";
import { UserError } from "../lib/errors.js";
import { evenlySpaced } from "../lib/evenly-spaced.js";
import { sha256 } from "../lib/hash.js";
import { formatCount, formatPlural } from "../lib/text/format.js";
import type { PriceTable } from "../prompt/prices/prices.js";
import { readArtifact } from "../ship/artifact.js";
import { calibratedPredictor } from "../ship/calibration/calibrated-predictor.js";
import { readCalibration } from "../ship/calibration/calibration-file.js";
import { memberFolders } from "../ship/cascade/cascade-names.js";
import type { Artifact } from "../ship/kinds/kind.js";
import { loadKind } from "../ship/kinds/kinds.js";
import { loadArtifact } from "../ship/load-predictor.js";
import type { PredictContext, Predictor } from "../types/approach.js";
import type { Query } from "../types/data.js";
import { checkForJobs } from "./for-jobs.js";

/** What answering with a folder takes besides it. */
export interface ArtifactPlanInput {
  /** The folder of the run that it is of: its answers say how long answers are. */
  readonly run: string | undefined;
  readonly columns: AnswerColumns;
  readonly options: LabellerOptions;
  readonly env: LabellerSources["env"];
  readonly prices: PriceTable;
}

/**
 * The plan of answering with a folder that was read. A prompt is priced as `label` prices it; what runs here is loaded, and tried; what an engine computes is
 * read. A file may be gone on with on either machine.
 *
 * @throws UserError where the folder cannot be used
 */
export async function planArtifact(
  artifact: Artifact,
  { run, columns, options, env, prices }: ArtifactPlanInput,
): Promise<LabellerPlan> {
  const { folder, fields, manifest } = artifact;
  const name = manifest?.approach.name ?? folder;
  const { elsewhere } = options;
  if (elsewhere !== undefined)
    await checkForJobs(
      artifact,
      "Leave --engine out, or name one of those: the approach of a run with --approach, or its folder.",
    );
  if (fields.kind === "prompt") {
    const stored = await readFolderPrompt(folder);
    const plan = await planPrompt(
      {
        ...stored,
        pilot: run === undefined || manifest === null ? null : await answersOfRun(run, manifest.approach.name),
        encoder: fields.encoder?.source ?? fields.encoder?.name ?? promptEncoder,
        notes: [],
      },
      { ...options, ...(fields.confidence !== undefined && { confidence: fields.confidence }) },
      env,
      prices,
    );
    const calibration = await readCalibration(folder);
    return {
      ...plan,
      columns,
      fingerprint: sha256("predict", plan.fingerprint, JSON.stringify([columns, calibration])),
      // As the loader of folders does it.
      async open(sources) {
        const predictor = await plan.open(sources);
        if (calibration === null) return predictor;
        const { labels, isMultiLabel } = plan;
        return finishing(calibratedPredictor({ labels, isMultiLabel, predictor }, calibration).predictor, predictor);
      },
    };
  }
  if (fields.kind === "cascade") return planCascade(artifact, { run, columns, options, env, prices });
  if (options.batches !== undefined) throw new UserError(`--batch asks an LLM in batches; ${name} runs here. Leave it out.`);
  const fingerprint = sha256("predict", contentOf(artifact), JSON.stringify(columns));
  if (elsewhere !== undefined) {
    const { former: _, ...plan } = await planElsewhere(
      { folder, calibration: await readCalibration(folder), columns },
      elsewhere,
    );
    return { ...plan, name, fingerprint };
  }
  // Loaded at once, so that what it lacks is said before the rows are read.
  const predictor = await loadArtifact(artifact, { env });
  const { labels, isMultiLabel } = predictor;
  return planLocal({ name, labels, isMultiLabel, columns, fingerprint, load: async () => predictor });
}

/** Rows that the small model of a cascade is tried on, to see how many it hands on. */
const triedRows = 200;

/** A cascade: its small model runs here, its LLM is priced by the rows that the small one hands on. */
async function planCascade(artifact: Artifact, input: ArtifactPlanInput): Promise<LabellerPlan> {
  const { folder, manifest } = artifact;
  const place = join(folder, memberFolders.llm);
  const llm = await planArtifact(await readArtifact(place), input);
  const columns = { ...input.columns, answeredBy: true };
  const { labels, isMultiLabel } = llm;
  const openWith = async (asked: Predictor): Promise<Predictor> => {
    const { predictor } = await loadKind(artifact, {}, async (member, options) => {
      if (member === place) return { labels, isMultiLabel, predictor: asked };
      const small = await loadArtifact(await readArtifact(member), { ...options, env: input.env });
      return { labels: small.labels, isMultiLabel: small.isMultiLabel, predictor: small };
    });
    return predictor;
  };
  return {
    ...llm,
    name: manifest?.approach.name ?? folder,
    columns,
    fingerprint: sha256("predict", contentOf(artifact), llm.fingerprint, JSON.stringify(columns)),
    async estimate(queries, pilot) {
      const tried = evenlySpaced(queries, triedRows);
      const handedOn: Query[] = [];
      await using predictor = await openWith(collector(handedOn));
      const startedAt = performance.now();
      await predictor.predict(tried, silent);
      const seconds = (performance.now() - startedAt) / 1000;
      const asked = await llm.estimate(handedOn, pilot);
      const times = tried.length === 0 ? 0 : queries.length / tried.length;
      const { usdRange } = asked;
      return {
        calls: Math.round(asked.calls * times),
        inputTokens: Math.round(asked.inputTokens * times),
        outputTokens: Math.round(asked.outputTokens * times),
        usd: asked.usd === null ? null : asked.usd * times,
        ...(usdRange !== undefined && { usdRange: { low: usdRange.low * times, high: usdRange.high * times } }),
        seconds: (asked.seconds + seconds) * times,
        basis: `${llm.name} is asked about ${formatCount(handedOn.length)} of ${formatPlural(tried.length, "row")} that were tried.`,
      };
    },
    async open(sources) {
      const asked = await llm.open(sources);
      return finishing(await openWith(asked), asked);
    },
  };
}

/** A predictor that has another one within, and tells it when all is on disk. */
function finishing(whole: Predictor, { finished }: OpenLabeller): OpenLabeller {
  return finished === undefined ? whole : Object.assign(whole, { finished });
}

const silent: PredictContext = { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} };

/** Answers nothing, and keeps what it is asked. */
function collector(asked: Query[]): Predictor {
  return {
    facts: noFacts,
    async predict(queries) {
      asked.push(...queries);
      return queries.map(() => ({ answer: null, failure: "unasked" }));
    },
    files: async () => new Map(),
    async [Symbol.asyncDispose]() {},
  };
}

/** What decides the answers: the hashes of the manifest, or, without one, what shows that a folder was written again. */
function contentOf({ folder, manifest }: Artifact): string {
  if (manifest !== null) return JSON.stringify(manifest.files);
  const files = readdirSync(folder)
    .map((name) => ({ name, stat: statSync(join(folder, name)) }))
    .filter(({ stat }) => stat.isFile());
  return JSON.stringify([resolve(folder), files.map(({ name, stat: { size, mtimeMs } }) => [name, size, mtimeMs])]);
}
