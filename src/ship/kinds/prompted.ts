/** @file Kinds that ask an LLM, or replay what one said. */
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { filePrompt } from "../../prompt/file-prompt.js";
import { promptSourceOf, readSavedPrompt } from "../../prompt/files/read-prompt-folder.js";
import { openLocalEngine } from "../../tune/decoders/inference/open-engine.js";
import { encoderNeed } from "../manifest/encoder-need.js";
import type { Kind } from "./kind.js";
import { disposingOf, encoderFor, silentFit } from "./with-encoder.js";

/** A prompt, asked as the run asked it. A missing key is found when it is loaded. */
export const promptKind: Kind<"prompt"> = {
  noun: "a prompt",
  asksLlm: true,
  async load(
    { folder, fields, manifest },
    { log = () => {}, threads, approach: _approach, checksHashes: _checks, isCalibrated: _is, sharesPasses: _shares, ...options },
  ) {
    const saved = await readSavedPrompt(folder);
    const { template } = saved.program;
    // What it was measured on may have fewer labels than the prompt.
    const labels = manifest?.labels ?? template.labels;
    const { isMultiLabel } = template;
    const name = encoderNeed(saved.settings.needs);
    const own =
      name === undefined || options.encoder !== undefined
        ? undefined
        : await encoderFor(folder, fields.encoder ?? { name }, { ...options, ...(threads !== undefined && { threads }) });
    const encoder = options.encoder ?? own;
    const predictor = await disposingOf(own, () =>
      filePrompt({
        localEngine: openLocalEngine,
        ...(fields.confidence !== undefined && { confidence: fields.confidence }),
        ...options,
        ...(encoder && { encoder }),
        source: promptSourceOf(saved, folder),
      }).fit(
        { name: folder, labels, isMultiLabel, descriptions: {}, examples: [] },
        {
          ...silentFit,
          log: (event) => {
            if (event.kind === "note") log(event);
          },
        },
      ),
    );
    return { labels, isMultiLabel, predictor };
  },
};

/** What was asked elsewhere cannot be asked here. */
export const recordingKind: Kind<"recording"> = {
  noun: "a recording",
  asksLlm: false,
  async load({ folder }) {
    throw new UserError(
      `${join(folder, "prompt.json")} is of a recording: answers that were given before, which cannot be asked anything new. Name another approach of the run, or measure its model with --llm.`,
    );
  },
};
