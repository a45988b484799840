/**
 * @file The simulated language model in a process of its own, for benches and for tests that kill: its work does not take the time of what it
 * serves. The one argument is `ServeOptions` as JSON; the one line on standard output is its address.
 *
 *     await using script = await bundleChild("test/servers/simulated-llm/serve.ts");
 *     const child = script.start(JSON.stringify({ model: { kind: "constant", answer: "ham" }, latencyMs: 50 }));
 *     const [url] = String(await once(child.stdout!, "data")).split("\n");
 */

import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import { type Fault, randomFaults } from "../faults.js";
import { encoderModel } from "./encoder-model.js";
import { constantModel, type SimulatedModel } from "./model.js";
import { readTexts, recordedModel } from "./recorded-model.js";
import { type SimulatedLlmOptions, startSimulatedLlm } from "./simulated-llm.js";

/** What to serve. Plain JSON. */
export interface ServeOptions extends Omit<SimulatedLlmOptions, "model" | "fault"> {
  readonly model:
    | { readonly kind: "encoder"; readonly instructionWeight?: number; readonly seed?: number }
    /** `texts`: a CSV with `id` and `text`. */
    | { readonly kind: "recorded"; readonly recording: string; readonly texts: string; readonly otherwise: string }
    | { readonly kind: "constant"; readonly answer: string };
  /** This share of the requests goes wrong, in one of these ways at random. */
  readonly faults?: { readonly share: number; readonly kinds: readonly Fault[]; readonly seed: number };
  /** A free one unless given. */
  readonly port?: number;
}

const { model, faults, port, ...options } = JSON.parse(process.argv[2] ?? "{}") as ServeOptions;

async function modelOf(): Promise<SimulatedModel> {
  if (model.kind === "constant") return constantModel(model.answer);
  if (model.kind === "recorded") return recordedModel({ ...model, texts: await readTexts(model.texts) });
  return encoderModel({ ...model, encoder: await loadEncoder("minilm-l6", { threads: 1 }) });
}

const fault = faults === undefined ? {} : { fault: randomFaults(faults.share, faults.kinds, faults.seed) };
const server = await startSimulatedLlm({ ...options, ...fault, model: await modelOf() }, port);
process.stdout.write(`${server.url}\n`);
