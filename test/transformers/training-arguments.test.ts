import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { TrainingArguments, type TrainingOptions } from "../../src/transformers/training-arguments.js";
import { trainingPlan } from "../../src/transformers/training-plan.js";
import { camelCase, golden } from "./golden-transformers.js";

const valuesOf = (options: object = {}) => new TrainingArguments({ outputDir: "out", ...options } as TrainingOptions).values;

describe("training arguments", () => {
  it("have the defaults of transformers", () => {
    const expected = Object.fromEntries(Object.entries(golden.defaults).map(([name, value]) => [camelCase(name), value]));
    expect(valuesOf()).toEqual({ ...expected, outputDir: "out" });
  });

  it("take the names that Python gave up", () => {
    expect(valuesOf({ evaluationStrategy: "epoch", warmupRatio: 0.1, groupByLength: true })).toMatchObject({
      evalStrategy: "epoch",
      warmupSteps: 0.1,
      trainSamplingStrategy: "group_by_length",
    });
    expect(() => valuesOf({ evaluationStrategy: "epoch", evalStrategy: "no" })).toThrow(
      new UserError("evaluationStrategy is the former name of evalStrategy: give one of the two."),
    );
  });

  it.each([
    [{ num_train_epochs: 2 }, '"num_train_epochs" is not an argument of training. Did you mean "numTrainEpochs"?'],
    [{ learningrate: 1 }, 'Did you mean "learningRate"?'],
    [{ fp16: true }, "fp16 can't be honored here: everything is computed in float32. Leave it out."],
    [{ push_to_hub: true }, "push_to_hub can't be honored here: nothing is uploaded."],
    [{ learningRate: 0 }, "learningRate is 0. Give a number above 0, such as 5e-5."],
    [{ evalStrategy: "epochs" }, 'evalStrategy is "epochs". Give "no", "steps", "epoch".'],
    [{ outputDir: "" }, 'outputDir is "". Give the path of a folder.'],
    [{ loadBestModelAtEnd: true }, "loadBestModelAtEnd needs evaluations to go by"],
    [{ metricForBestModel: "loss" }, "metricForBestModel has no part without loadBestModelAtEnd: true."],
  ])("refuse %o", (options, message) => {
    expect(() => valuesOf(options)).toThrow(message);
  });
});

describe("the plan of a training", () => {
  it.each([
    [{ numTrainEpochs: 1.5, perDeviceTrainBatchSize: 8 }, 36, 8],
    [{ numTrainEpochs: 2, perDeviceTrainBatchSize: 4, gradientAccumulationSteps: 2 }, 33, 10],
    [{ maxSteps: 7 }, 1000, 7],
  ])("counts the updates that Python's Trainer would take (%o, %d rows)", (options, rows, steps) => {
    expect(trainingPlan(valuesOf(options), rows, 0).steps).toBe(steps);
  });

  it("makes the asked number of warm-up steps of a ratio, where quotients are not exact", () => {
    for (let steps = 1; steps <= 200; steps++)
      for (let warmupSteps = 1; warmupSteps <= steps; warmupSteps += 7) {
        const { settings } = trainingPlan(valuesOf({ maxSteps: steps, warmupSteps }), 10, 0);
        expect(Math.ceil(steps * settings.warmupRatio)).toBe(warmupSteps);
      }
  });

  it("takes a number below 1 as a share of all steps", () => {
    const plan = trainingPlan(valuesOf({ maxSteps: 10, loggingSteps: 0.25, saveSteps: 0.5, evalStrategy: "steps" }), 10, 0);
    expect([plan.logging, plan.saving, plan.evaluation]).toEqual([3, 5, 3]);
  });
});
