import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { type FormRow, hopefulForms, judgedForms, mean, measured } from "../../../src/prompt/forms/choose-form.js";
import { inOrder, weighted } from "../../../src/prompt/forms/label-weights.js";
import type { AskedForm, LocalForm } from "../../../src/prompt/forms/local-form.js";

const labels = ["a", "b", "c", "d"];
const asked: readonly AskedForm[] = [
  { layout: "chat", answer: "json" },
  { layout: "plain", answer: "name" },
  { layout: "chat", answer: "letter" },
];

/** How a form is answered: how much it tells of the truth, what it likes for no reason, and how long each label's answer is. */
interface Nature {
  readonly signal: number;
  readonly lean?: readonly number[];
  readonly tokens?: readonly number[];
}

/** Rows of a model whose nature in each form is known. A token more costs as much as a label is worth. */
function simulated(natures: readonly Nature[], count: number, seed: number): FormRow[] {
  const draw = random(seed);
  return Array.from({ length: count }, () => {
    const truth = draw.integer(labels.length);
    const answers = natures.map(({ signal, lean = [0, 0, 0, 0], tokens = [1, 1, 1, 1] }) =>
      labels.map((_, label) => {
        const each = draw.normal() + (label === truth ? signal : 0) - 4;
        return { logprob: each * tokens[label]! + lean[label]!, tokens: tokens[label]! };
      }),
    );
    return { label: labels[truth]!, answers };
  });
}

const accuracyOf = (form: LocalForm, rows: readonly FormRow[]): number => {
  const f = asked.findIndex(({ layout, answer }) => layout === form.layout && answer === form.answer);
  const right = rows.filter(({ label, answers }) => {
    const values = answers[f]!.map((answer) => measured(answer, form.measure));
    const shares = weighted(values, inOrder(form, labels));
    return labels[shares.indexOf(Math.max(...shares))] === label;
  });
  return right.length / rows.length;
};

/** The forms that are chosen for such a model on 48 rows, over several draws, with their mean accuracy on 2,000 others. */
function chosen(natures: readonly Nature[]): { readonly forms: readonly LocalForm[]; readonly accuracy: number } {
  const forms = Array.from({ length: 10 }, (_, seed) => judgedForms(labels, asked, simulated(natures, 48, seed))[0]!.form);
  const fresh = simulated(natures, 2000, 1000);
  return { forms, accuracy: forms.reduce((sum, form) => sum + accuracyOf(form, fresh), 0) / forms.length };
}
const share = (forms: readonly LocalForm[], is: (form: LocalForm) => boolean): number => forms.filter(is).length / forms.length;

describe("the choice of a form", () => {
  it("finds the one that tells most", () => {
    for (const best of [0, 1, 2]) {
      const natures = [0, 1, 2].map((form) => ({ signal: form === best ? 3 : 0.5 }));
      const { forms, accuracy } = chosen(natures);
      expect(share(forms, ({ layout, answer }) => asked[best]!.layout === layout && asked[best]!.answer === answer)).toBe(1);
      expect(accuracy).toBeGreaterThan(0.9);
    }
  });

  it("takes a lean out where there is one", () => {
    const lean = [8, 0, 0, -8];
    const natures = [{ signal: 2.5, lean }, { signal: 0 }, { signal: 0 }];
    const { forms, accuracy } = chosen(natures);
    expect(share(forms, ({ bias }) => bias !== "none")).toBe(1);
    const plain = { layout: "chat", answer: "json", measure: "sum", bias: "none", scale: 1, biases: {}, rows: 0 } as const;
    const fresh = simulated(natures, 2000, 1000);
    expect(accuracyOf(plain, fresh)).toBeLessThan(0.35);
    // What is to be had where the lean is known.
    const known = { ...plain, biases: { a: -8, b: 0, c: 0, d: 8 } };
    expect(accuracy).toBeGreaterThan(accuracyOf(known, fresh) - 0.04);
  });

  it("divides by the number of tokens where long labels are at a disadvantage that differs", () => {
    const natures = [{ signal: 2, tokens: [1, 2, 4, 8] }, { signal: 0 }, { signal: 0 }];
    expect(share(chosen(natures).forms, ({ measure }) => measure === "mean")).toBeGreaterThan(0.8);
  });

  it("is the simplest of forms that are equal, and of what tells nothing hardly ever worse than chance", () => {
    const rows = simulated([{ signal: 2 }], 48, 1).map((row) => ({ ...row, answers: [row.answers[0]!, row.answers[0]!] }));
    const judged = judgedForms(labels, asked.slice(0, 2), rows);
    expect(judged[0]!.form).toMatchObject(asked[0]!);
    const other = judged.find(({ form }) => form.layout === "plain" && form.bias === judged[0]!.form.bias)!;
    expect(other.losses).toEqual(judged[0]!.losses);
    const useless = chosen([{ signal: 0 }, { signal: 0 }, { signal: 0 }]);
    expect(Math.abs(useless.accuracy - 0.25)).toBeLessThan(0.03);
  });

  it("judges weights on rows that they were not fitted on", () => {
    // Nothing can be told: what is fitted to these rows is worse on others than to say nothing.
    const rows = simulated([{ signal: 0 }, { signal: 0 }, { signal: 0 }], 16, 5);
    for (const { losses, form } of judgedForms(labels, asked, rows)) {
      if (form.bias === "labels") expect(mean(losses)).toBeGreaterThan(Math.log(labels.length) - 0.1);
    }
  });

  it("gives up early what is far behind, and hardly ever the best", () => {
    const left = (natures: readonly Nature[]): readonly AskedForm[][] =>
      Array.from({ length: 50 }, (_, seed) => {
        const judged = judgedForms(labels, asked, simulated(natures, 16, seed));
        return [...hopefulForms(asked, judged)];
      });
    const clear = left([{ signal: 0 }, { signal: 3 }, { signal: 0 }]);
    expect(clear.every((forms) => forms.includes(asked[1]!))).toBe(true);
    expect(clear.filter((forms) => forms.length === 1).length).toBeGreaterThan(40);
    // A little better than the others, which so few rows can't show.
    const close = left([{ signal: 1.5 }, { signal: 1.8 }, { signal: 1.5 }]);
    expect(close.filter((forms) => forms.includes(asked[1]!)).length).toBeGreaterThan(45);
  });
});
