import type { Task, TaskFacts } from "../types/data.js";

/** What a comparison keeps of a task: everything but the rows. */
export function taskFacts(task: Task): TaskFacts {
  const { train, test, trainHash, testHash, validationHash, splitNote, warnings } = task;
  return {
    name: train.name,
    labels: train.labels,
    isMultiLabel: train.isMultiLabel,
    trainRows: train.examples.length,
    testRows: test.examples.length,
    trainHash,
    testHash,
    ...(validationHash === undefined ? {} : { validationHash }),
    splitNote,
    warnings,
  };
}
