/** @file Our server with a pause before each pass, as `node windowed.js MODEL MILLISECONDS`: what waiting for further texts would bring. */
import { copyFileSync } from "node:fs";
import process from "node:process";
import { loadPredictor } from "../../src/ship/load-predictor.js";
import { startServer } from "../../src/ship/serve/serve.js";

// Sources ask for the package's version two folders up, where the bench's build has nothing.
copyFileSync("package.json", "build/package.json");
const [model = "", milliseconds = ""] = process.argv.slice(2);
const predictor = await loadPredictor(model);
const { labels, isMultiLabel } = predictor;
const { url } = await startServer(
  { name: model, labels, isMultiLabel, isBatched: true, classify: (texts, signal) => predictor.classify(texts, { signal }) },
  { port: 0, windowMs: Number(milliseconds) },
);
process.stdout.write(`${url}\n`);
