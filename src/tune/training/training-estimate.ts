/** @file How large a model is, and how long it takes for texts on this machine: measured on a few of them, for plans. */
import { createSession } from "../../autodiff/session.js";
import { packTokens } from "../encoders/packed-tokens.js";
import { type Pretrained, weightsOf } from "../pretrained/pretrained.js";
import { tokenBatch } from "../pretrained/token-batch.js";
import { passes } from "./batches.js";

/** From so many weights on a model is trained with the smaller learning rate: DistilBERT has 66 million, BERT-base 110. */
const largeModel = 8e7;
const learningRates = { small: 5e-5, large: 2e-5 } as const;

/** The learning rate that an encoder of this size is trained with, all of it. */
export function usualLearningRate(pretrained: Pretrained): number {
  return parametersOf(pretrained) < largeModel ? learningRates.small : learningRates.large;
}

/** The number of weights of the encoder. */
function parametersOf(pretrained: Pretrained): number {
  const { hidden, inputIds, attentionMask } = pretrained.build();
  const shapes = weightsOf([hidden], [inputIds, attentionMask]).map(({ params }) => params.shape);
  return shapes.reduce((total, shape) => total + shape.reduce<number>((count, length) => count * Number(length), 1), 0);
}

/** Texts to be trained on, each so many times on average, and texts to be answered. */
export interface PlannedTexts {
  readonly trained: readonly string[];
  readonly times: number;
  /** Whether texts of all lengths are trained on together, padded to the longest; otherwise those of about one length. */
  readonly isMixed?: boolean;
  readonly answered: readonly string[];
}

/** Training goes forward, and back through twice as many products. */
const trainingFactor = 3;

/** About how many seconds these texts take on this machine: their pass forward, measured on a few of each; training three times that. */
export async function estimateSeconds(
  pretrained: Pretrained,
  { trained, times, isMixed = false, answered }: PlannedTexts,
  threads?: number,
): Promise<number> {
  const graph = pretrained.build();
  const wanted = weightsOf([graph.hidden], [graph.inputIds, graph.attentionMask]);
  const weights = await pretrained.stored.read(wanted);
  await using session = await createSession(packTokens({ hidden: graph.hidden }, graph).roots, {
    weights,
    ...(threads !== undefined && { threads }),
  });
  const pace = (texts: readonly string[], tokensPerBatch: number): Promise<number> =>
    secondsPerText(pretrained, texts, tokensPerBatch, async (batch) => void (await session.run(batch)));
  const perTrained = await pace(trained, isMixed ? Number.POSITIVE_INFINITY : tokensPerPass);
  const perAnswered = await pace(answered, tokensPerPass);
  return trainingFactor * times * trained.length * perTrained + answered.length * perAnswered;
}

/** At evenly spaced ranks of length, so that their mean length is that of all. */
const triedTexts = 32;
/** Of one batch, padding included. */
const tokensPerPass = 2048;

async function secondsPerText(
  { tokenizer, maxTokens }: Pretrained,
  texts: readonly string[],
  tokensPerBatch: number,
  run: (batch: ReturnType<typeof tokenBatch>) => Promise<void>,
): Promise<number> {
  const byLength = [...texts].sort((a, b) => a.length - b.length);
  const size = Math.min(triedTexts, byLength.length);
  if (size === 0) return 0;
  const ids = Array.from({ length: size }, (_, i) =>
    tokenizer.encode(byLength[Math.floor(((i + 0.5) * byLength.length) / size)]!, maxTokens),
  );
  const lengths = ids.map(({ length }) => length);
  const longestFirst = [...ids.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  const batches = passes(longestFirst, lengths, tokensPerBatch).map((pass) =>
    tokenBatch(
      pass.map((row) => ids[row]!),
      tokenizer.padId,
    ),
  );
  // The first run of a session sets memory up and would count for all.
  await run(batches[0]!);
  const start = performance.now();
  for (const batch of batches) await run(batch);
  return (performance.now() - start) / 1000 / size;
}
