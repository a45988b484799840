// @ts-nocheck: plain JavaScript, which any Node runs as it is.
// A job without Python: `node fake-job.cjs KIND FOLDER` does what its kind says. The logits are made up; the model's family is one that nobody computes.
const { createHash } = require("node:crypto");
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const [, , kind, folder] = process.argv;
const out = join(folder, "out");
const emit = (event, values = {}) => console.log(JSON.stringify({ event, ...values }));
const job = JSON.parse(readFileSync(join(folder, "job.json"), "utf8"));
const rowsOf = (name) =>
  readFileSync(join(folder, name), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const step = (step) =>
  emit("step", {
    step,
    steps: 2,
    loss: 0.5,
    learning_rate: 0.001,
    grad_norm: 1,
    rows: 8,
    tokens: 80,
    seconds: 1,
    rows_per_second: 8,
  });

/** Logits of rows to be labelled: by the first digit of the text, else by its length. */
function labelRows(count) {
  const { id2label } = JSON.parse(readFileSync(join(folder, "model", "config.json"), "utf8"));
  const labels = Object.keys(id2label);
  const lines = rowsOf("rows.jsonl").map(({ id, text }) =>
    JSON.stringify({
      id,
      logits: labels.map((_, k) => (k === Number(/\d/.exec(text)?.[0] ?? text.length) % labels.length ? 2 : 0)),
    }),
  );
  const text = `${lines.slice(0, count).join("\n")}\n`;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "predictions.jsonl"), text);
  const hash = { sha256: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) };
  const files = { "predictions.jsonl": hash };
  writeFileSync(join(out, "manifest.json"), JSON.stringify({ format: "crossover-out-1", job: job.id, files }));
  emit("labelled", { done: lines.length, rows: lines.length, rows_per_second: 100 });
}

const logitsOf = (row) =>
  JSON.stringify({ id: row.id, logits: job.task.labels.map((_, k) => (row.text.length % (k + 2)) - 0.5) });

/** Matrices as a safetensors file: rows of numbers by name. */
function tensorsFile(matrices) {
  let end = 0;
  const header = {};
  for (const [name, rows] of Object.entries(matrices)) {
    const begin = end;
    end += 4 * rows.flat().length;
    header[name] = { dtype: "F32", shape: [rows.length, rows[0].length], data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  const numbers = new Float32Array(Object.values(matrices).flat(2));
  return Buffer.concat([size, Buffer.from(text), Buffer.from(numbers.buffer)]);
}

/** Made-up vectors: how often a text has each of these letters. */
const vectorsOf = (name) => rowsOf(name).map(({ text }) => [..."acdeilmnoprstu"].map((letter) => text.split(letter).length - 1));

/** What a job answers: logits, or with SetFit vectors, beside a model that has no last layer. */
const answerFiles = () =>
  job.method === "setfit"
    ? {
        "vectors.safetensors": tensorsFile({ learned: vectorsOf("train.jsonl"), test: vectorsOf("test.jsonl") }),
        "model/model.safetensors": tensorsFile({ embeddings: [[1, 2]] }),
      }
    : {
        "predictions.jsonl": `${rowsOf("test.jsonl").map(logitsOf).join("\n")}\n`,
        "valid-predictions.jsonl": rowsOf("valid.jsonl")
          .map((row) => `${logitsOf(row)}\n`)
          .join(""),
      };

function writeResults(change = {}) {
  mkdirSync(join(out, "model"), { recursive: true });
  const files = {
    ...answerFiles(),
    "model/config.json": JSON.stringify({
      model_type: "nobody-computes-this",
      architectures: ["NobodysModel"],
      id2label: { ...job.task.labels },
    }),
    "trainer_state.json": JSON.stringify({
      max_steps: 2,
      best_global_step: 2,
      learning_rate: 0.001,
      train_samples: rowsOf("train.jsonl").length,
      train_runtime: 7,
      predict_samples: rowsOf("test.jsonl").length,
      predict_runtime: 0.5 * rowsOf("test.jsonl").length,
      trained_parameters: 10,
      total_parameters: 20,
      log_history: [{ step: 1, loss: 1, learning_rate: 0.001, grad_norm: 1, rows: 4, tokens: 40 }],
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    const changed = change[name] ? change[name](text) : text;
    if (changed !== undefined) writeFileSync(join(out, name), changed);
    files[name] = changed ?? text;
  }
  const hashes = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      { sha256: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) },
    ]),
  );
  writeFileSync(join(out, "manifest.json"), JSON.stringify({ format: "crossover-out-1", job: job.id, files: hashes }));
}

/** A trial: an update takes a quarter of a second, a text a tenth. */
function writeTrial() {
  mkdirSync(out, { recursive: true });
  const found = { loading_seconds: 2, updates: job.trial, update_seconds: 0.25, text_seconds: 0.1 };
  const text = JSON.stringify(found);
  writeFileSync(join(out, "trial.json"), text);
  const hash = { sha256: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) };
  writeFileSync(
    join(out, "manifest.json"),
    JSON.stringify({ format: "crossover-out-1", job: job.id, files: { "trial.json": hash } }),
  );
}

const lines = (change) => (text) => `${change(text.trim().split("\n")).join("\n")}\n`;
const finish = (change) => {
  emit("start", { device: "nothing", versions: { node: process.versions.node } });
  if (job.method === "label") {
    labelRows();
    emit("done", { seconds: 1 });
    return;
  }
  step(1);
  if (job.trial !== undefined) {
    writeTrial();
    emit("done", { seconds: 3 });
    return;
  }
  writeResults(change);
  step(2);
  emit("done", { seconds: 7 });
};

/** The first number in the first row to be labelled, by which a test tells shards apart. */
const shard = () => /\d+/.exec(rowsOf("rows.jsonl")[0].text)[0];

const kinds = {
  good: () => finish(),
  // Of shards: each waits for a file of its own beside the jobs, and is on record where the file is labelled.
  gated: () => {
    appendFileSync(join(folder, "..", "..", "begun.txt"), `${shard()}\n`);
    setInterval(() => {
      if (!existsSync(join(folder, "..", "..", `go-${shard()}`))) return;
      finish();
      process.exit(0);
    }, 20);
  },
  "third-row-fails": () => (shard() === "3" ? kinds["says-failed"]() : finish()),
  "too-few-labelled": () => {
    labelRows(1);
    emit("done", { seconds: 1 });
  },
  "exit-3": () => {
    console.error("something is wrong here");
    process.exitCode = 3;
  },
  killed: () => process.kill(process.pid, "SIGKILL"),
  "says-failed": () => {
    emit("start", { device: "nothing", versions: {} });
    emit("failed", { error: "Out of memory: 3 GB.", hint: "Take a smaller batch." });
    process.exitCode = 1;
  },
  garbage: () => {
    console.log('{"event":"step"}\n{"event":\n\u0000\u001b[31mred{}\n{"event":"nonsense","x":1}\n[1,2]');
    process.stdout.write("é".repeat(40000));
    finish();
  },
  "no-results": () => emit("done", { seconds: 1 }),
  "no-predictions": () => finish({ "predictions.jsonl": () => undefined }),
  "wrong-hash": () => {
    finish();
    appendFileSync(join(out, "predictions.jsonl"), "\n");
  },
  twice: () => finish({ "predictions.jsonl": lines((all) => [...all, all[1]]) }),
  "one-missing": () => finish({ "predictions.jsonl": lines((all) => all.slice(1)) }),
  foreign: () =>
    finish({
      "predictions.jsonl": lines((all) => [...all, JSON.stringify({ id: "nobody", logits: job.task.labels.map(() => 0) })]),
    }),
  nan: () => finish({ "predictions.jsonl": lines(([first, ...rest]) => [first.replace(/\[.*/, "[NaN, 1, 2]}"), ...rest]) }),
  // Of SetFit: a row fewer, a number that is none, no vectors at all.
  "vectors-missing": () => finish({ "vectors.safetensors": () => undefined }),
  "vectors-few": () =>
    finish({
      "vectors.safetensors": () => tensorsFile({ learned: vectorsOf("train.jsonl").slice(1), test: vectorsOf("test.jsonl") }),
    }),
  "vectors-nan": () =>
    finish({
      "vectors.safetensors": () =>
        tensorsFile({ learned: vectorsOf("train.jsonl").map((row) => row.map(() => Number.NaN)), test: vectorsOf("test.jsonl") }),
    }),
  "too-few": () => finish({ "predictions.jsonl": lines(([first, ...rest]) => [first.replace(/\[.*/, "[1]}"), ...rest]) }),
  // Runs until it is told to go on, and goes on from what it has reached where it was ended before.
  slow: () => {
    emit("start", { device: "nothing", versions: {} });
    mkdirSync(out, { recursive: true });
    appendFileSync(join(out, "begun"), "x");
    process.on("SIGTERM", () => {
      emit("stopped", { step: 1 });
      process.exit(143);
    });
    setInterval(() => {
      if (!existsSync(join(folder, "..", "go"))) return;
      finish();
      process.exit(0);
    }, 20);
  },
  stubborn: () => {
    process.on("SIGTERM", () => {});
    emit("start", { device: "nothing", versions: {} });
    setInterval(() => {}, 1000);
  },
  environment: () => {
    emit("done", { seconds: 0 });
    writeFileSync(join(folder, "environment.json"), JSON.stringify(process.env));
  },
};
kinds[kind]();
