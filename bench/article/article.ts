/** @file The source article's first program, timed from outside as `article.py` is: `node article.js MODEL DATA SEED`. */
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  loadDataset,
  range,
  Trainer,
  TrainingArguments,
} from "../../src/transformers/transformers.js";

const [modelName = "", data = "", seed = "42"] = process.argv.slice(2);

const dataset = await loadDataset(data);
// The same rows as in Python are taken before the work on texts, in both programs alike.
const trainRows = dataset.train.shuffle({ seed: 42 }).select(range(1000));
const testRows = dataset.test.shuffle({ seed: 42 }).select(range(500));

const tokenizer = await AutoTokenizer.fromPretrained(modelName);
const model = await AutoModelForSequenceClassification.fromPretrained(modelName, { numLabels: 2, seed: Number(seed) });
const tokenize = (batch: { text: string[] }) => tokenizer(batch.text, { padding: true, truncation: true });

const trainer = new Trainer({
  model,
  args: new TrainingArguments({
    outputDir: "results",
    numTrainEpochs: 1,
    perDeviceTrainBatchSize: 8,
    evalStrategy: "epoch",
    saveStrategy: "no",
    disableTqdm: true,
    seed: Number(seed),
  }),
  trainDataset: await trainRows.map(tokenize, { batched: true }),
  evalDataset: await testRows.map(tokenize, { batched: true }),
  computeMetrics: ({ predictions, labelIds }) => {
    const right = predictions.filter((row, i) => row.indexOf(Math.max(...row)) === labelIds[i]);
    return { accuracy: right.length / predictions.length };
  },
});
await trainer.train();
const accuracy = trainer.state.logHistory.findLast((entry) => "eval_accuracy" in entry)?.["eval_accuracy"];
process.stdout.write(`${JSON.stringify({ accuracy })}\n`);
