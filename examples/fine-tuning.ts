// Fine tuning a text classification model: the first program of the article that docs/transformers.md names, line by line.
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  loadDataset,
  range,
  Trainer,
  TrainingArguments,
} from "crossover/transformers";

// Load dataset
const dataset = await loadDataset(process.env["DATASET"] ?? "imdb");

// Load pre-trained model and tokenizer
const modelName = process.env["MODEL"] ?? "distilbert-base-uncased";
const tokenizer = await AutoTokenizer.fromPretrained(modelName);
const model = await AutoModelForSequenceClassification.fromPretrained(modelName, { numLabels: 2 });

// Tokenize data
const tokenize = (batch: { text: string[] }) => tokenizer(batch.text, { padding: true, truncation: true });

const tokenized = await dataset.map(tokenize, { batched: true });

// Training arguments
const trainingArgs = new TrainingArguments({
  outputDir: "./results",
  numTrainEpochs: 1,
  perDeviceTrainBatchSize: 8,
  evaluationStrategy: "epoch",
  saveStrategy: "no",
});

// Trainer
const trainer = new Trainer({
  model,
  args: trainingArgs,
  trainDataset: tokenized.train.shuffle({ seed: 42 }).select(range(1000)),
  evalDataset: tokenized.test.shuffle({ seed: 42 }).select(range(500)),
});

// Train
await trainer.train();
