import { expect, test } from "vitest";
import { compare } from "../../../src/compare/compare.js";
import { UserError } from "../../../src/lib/errors.js";
import type { Approach, BeginContext } from "../../../src/types/approach.js";
import type { Dataset } from "../../../src/types/data.js";
import { reader, textTask } from "../experiments/texts.js";
import { assumptions, fake, task as taskWith } from "../fakes.js";

/** An approach whose fits are begun elsewhere, and what was begun and fitted, in that order. */
function elsewhere(name: string): { readonly approach: Approach; readonly order: string[]; readonly begun: BeginContext[] } {
  const order: string[] = [];
  const begun: BeginContext[] = [];
  const { approach } = fake(name, "tune", () => "billing", {
    fitCost: { labels: 40 },
    onFit: ({ seed }, train) => order.push(`fit ${train.examples.length} ${seed}`),
  });
  const begin = async (train: Dataset, context: BeginContext): Promise<void> => {
    order.push(`begin ${train.examples.length} ${context.seed}`);
    begun.push(context);
  };
  return { approach: { ...approach, begin }, order, begun };
}

test("fits of other machines are all begun before the first is waited for, with the rows, seeds and texts that they are measured with", async () => {
  const task = taskWith({ trainRows: 40, testRows: 8 });
  const { approach, order, begun } = elsewhere("tune:there");
  const folders: string[] = [];
  await compare(task, [approach], {
    seeds: [1, 2, 3],
    checkpointFolder: ({ approach: name, seed }) => {
      folders.push(`${name} ${seed}`);
      return `folder ${seed}`;
    },
  });
  expect(order).toEqual(["begin 40 1", "begin 40 2", "begin 40 3", "fit 40 1", "fit 40 2", "fit 40 3"]);
  expect(begun.map(({ checkpointFolder }) => checkpointFolder)).toEqual(["folder 1", "folder 2", "folder 3"]);
  expect(begun[0]!.queries).toEqual(task.test.examples.map(({ id, text }) => ({ id, text })));
  expect(folders.slice(0, 3)).toEqual(folders.slice(3));
});

test("what is measured already is not begun again, and a begin that fails is told by the fit", async () => {
  const task = taskWith({ trainRows: 40, testRows: 8 });
  const { approach, order } = elsewhere("tune:there");
  const { measurements } = await compare(task, [approach], { seeds: [1] });
  order.length = 0;
  await compare(task, [approach], { seeds: [1, 2], finished: measurements });
  expect(order).toEqual(["begin 40 2", "fit 40 2"]);
  const broken: Approach = { ...approach, begin: () => Promise.reject(new UserError("The engine is away.")) };
  const compared = await compare(task, [broken], { seeds: [1] });
  expect(compared.failed).toEqual([]);
});

/** Steps of a kind, without its name. */
const steps = (kind: string, among: readonly string[]): string[] =>
  among.filter((step) => step.startsWith(kind)).map((step) => step.slice(kind.length + 1));

test("points of a learning curve are begun together", async () => {
  const task = taskWith({ trainRows: 64, testRows: 8 });
  const { approach, order } = elsewhere("tune:there");
  await compare(task, [approach], { seeds: [1], curve: { level: "full" } });
  const first = order.findIndex((step, i) => i > 1 && step.startsWith("fit"));
  const curve = order.slice(2);
  expect(curve.slice(0, first - 2).length).toBeGreaterThan(5);
  expect(new Set(steps("begin", curve))).toEqual(new Set(steps("fit", curve)));
  expect(curve.slice(first - 2).every((step) => step.startsWith("fit"))).toBe(true);
});

test("experiments are begun together, as far as it is known which come", async () => {
  const task = textTask({ billing: 120, login: 60, other: 40 });
  const { approach, fits } = reader("tune:there", "tune", { needs: 4 });
  const order: string[] = [];
  const there: Approach = {
    ...approach,
    async begin(train, { seed }) {
      order.push(`begin ${train.examples.length} ${seed}`);
    },
    async fit(train, context) {
      order.push(`fit ${train.examples.length} ${context.seed}`);
      return approach.fit(train, context);
    },
  };
  const { experiments } = await compare(task, [there], {
    seeds: [1],
    assumptions,
    curve: { level: "quick", seconds: 600 },
    experiments: true,
  });
  expect(experiments!.newLabels[0]!.enough).not.toBeNull();
  expect(fits.length).toBeGreaterThan(10);
  // No fit that was not begun, and none begun that nothing waits for.
  expect(steps("begin", order).sort()).toEqual(steps("fit", order).sort());
  // After the comparison and the curve several are begun before the next one is waited for.
  const lots = order.join("\n").match(/(?:begin [^\n]*\n)+(?:fit [^\n]*\n?)+/g)!;
  expect(lots.slice(2).some((lot) => steps("begin", lot.split("\n")).length > 2)).toBe(true);
});
