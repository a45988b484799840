import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswer, parseAnswers } from "../../src/prompt/reading/answer.js";
import { readCompletion } from "../../src/prompt/reading/read-completion.js";

const labels = ["billing", "delivery", "account"];
const task = { labels, aliases: {}, isMultiLabel: false };
const failureOf = (text: string, style: "direct" | "reasoned" = "direct") =>
  readCompletion({ text, finish: "stop" }, task, style).failure;

/** One row a wrapping: thoughts → the text before the answer; `null` for what stands behind it. */
const wrappings: readonly [family: string, wrap: (thoughts: string) => string, behind?: string][] = [
  ...["think", "thinking", "thought", "reasoning", "reflection", "analysis", "scratchpad", "seed:think", "longcat_think"].flatMap(
    (tag): [string, (thoughts: string) => string][] => [
      [`<${tag}>`, (thoughts) => `<${tag}>${thoughts}</${tag}>`],
      [`upper case <${tag}>`, (thoughts) => `<${tag.toUpperCase()}>\n${thoughts}\n</${tag.toUpperCase()}>\n`],
      [`<${tag}> with an attribute`, (thoughts) => `<${tag} effort="low">${thoughts}</${tag}>\n\n`],
    ],
  ),
  ["a closing tag alone", (thoughts) => `${thoughts}</think>`],
  ["opened by template and model", (thoughts) => `<think>\n<think>\n${thoughts}</think>`],
  ["nested", (thoughts) => `<think>a<think>${thoughts}</think>b</think>`],
  ["nested in another tag", (thoughts) => `<thinking>a<reflection>${thoughts}</reflection>b</thinking>`],
  ["two in a row", (thoughts) => `<think>${thoughts}</think>\n<think>${thoughts}</think>`],
  ["a preamble", (thoughts) => `Sure.\n<thinking>${thoughts}</thinking>\n`],
  ["escaped", (thoughts) => `&lt;think&gt;${thoughts}&lt;/think&gt;`],
  ["Hunyuan", (thoughts) => `<think>${thoughts}</think><answer>`, "</answer>"],
  ["Magistral", (thoughts) => `[THINK]${thoughts}[/THINK]`],
  [
    "Harmony",
    (thoughts) => `<|channel|>analysis<|message|>${thoughts}<|end|><|start|>assistant<|channel|>final<|message|>`,
    "<|return|>",
  ],
  [
    "Harmony with two analyses and a format",
    (thoughts) =>
      `<|channel|>analysis<|message|>${thoughts}<|end|><|start|>assistant<|channel|>commentary<|message|>${thoughts}<|end|>` +
      "<|start|>assistant<|channel|>final <|constrain|>text<|message|>",
    "<|end|>",
  ],
  ["Harmony, its first token taken", (thoughts) => `analysis<|message|>${thoughts}<|end|><|channel|>final<|message|>`],
  ["Harmony without its tokens", (thoughts) => `analysisWe weigh ${thoughts}assistantfinal`],
  ["Cohere", (thoughts) => `<|START_THINKING|>${thoughts}<|END_THINKING|><|START_RESPONSE|>`, "<|END_RESPONSE|>"],
  ["Kimi", (thoughts) => `◁think▷${thoughts}◁/think▷`],
  ["Gemma", (thoughts) => `<|channel>thought\n${thoughts}\n<channel|>`, "<turn|>"],
  ["Granite", (thoughts) => `Here is my thought process: ${thoughts}\n\nHere is my response: `],
  [
    "OpenThoughts",
    (thoughts) => `<|begin_of_thought|>${thoughts}<|end_of_thought|>\n<|begin_of_solution|>`,
    "<|end_of_solution|>",
  ],
  ["Solar", (thoughts) => `<|think|>${thoughts}<|end|><|begin|>assistant<|content|>`, "<|end|>"],
  ["tags as tokens", (thoughts) => `<|thinking|>${thoughts}<|/thinking|>`],
  ["tags as words", (thoughts) => `<antThinking>${thoughts}</antThinking>`],
  ["Apertus", (thoughts) => `<|inner_prefix|>${thoughts}<|inner_suffix|>`],
  ["Ollama's terminal", (thoughts) => `Thinking...\n${thoughts}\n...done thinking.\n\n`],
  ["Open WebUI", (thoughts) => `<details type="reasoning" done="true">\n${thoughts}\n</details>\n`],
  ["a code fence", (thoughts) => `\`\`\`thinking\n${thoughts}\n\`\`\`\n`],
];

const thoughts = "This may be delivery, or account. Not sure.";

describe("thoughts that are said aloud", () => {
  it.each(wrappings)("are no part of the answer: %s", (_, wrap, behind = "") => {
    for (const said of ["billing", '{"label": "billing"}', "**Billing**", "The label is billing."]) {
      expect(parseAnswer(`${wrap(thoughts)}${said}${behind}`, labels)).toEqual({ answer: ["billing"] });
    }
    expect(parseAnswer(`${wrap(thoughts)}billing or delivery${behind}`, labels)).toEqual({ failure: "unparseable" });
    expect(parseAnswers(`${wrap(thoughts)}billing\naccount${behind}`, labels)).toEqual({ answer: ["billing", "account"] });
  });

  it.each(wrappings.filter(([family]) => !["a closing tag alone", "Hunyuan", "Harmony, its first token taken"].includes(family)))(
    "without their end are cut off, whatever the service says: %s",
    (family, wrap) => {
      const whole = wrap("This may be billing.");
      const cut = whole.slice(0, whole.lastIndexOf("billing.") + "billing.".length);
      expect(parseAnswer(cut, labels), family).toEqual({ failure: "truncated" });
      expect(failureOf(cut)).toBe("truncated");
      expect(failureOf(cut, "reasoned")).toBe("truncated");
    },
  );

  it.each(["<think>This may be billing.", "billing\n<think>or rather", "<think>a<think>b</think> it is billing", "<thinking>\n"])(
    "are cut off in %j",
    (text) => {
      expect(failureOf(text)).toBe("truncated");
    },
  );

  it("that end without an answer behind them are none", () => {
    expect(failureOf("<think>This may be billing.</think>")).toBe("unparseable");
    expect(failureOf("It is billing.</think>")).toBe("unparseable");
  });

  it("behind an answer do not hide it", () => {
    expect(parseAnswer("billing\n<think>or delivery?</think>", labels)).toEqual({ answer: ["billing"] });
  });

  it("do not end an answer with its turn", () => {
    for (const end of ["<|im_end|>", "</s>", "<|eot_id|>", "<end_of_turn>\n<start_of_turn>user\ndelivery", "<|endoftext|>"])
      expect(parseAnswer(`billing${end}`, labels)).toEqual({ answer: ["billing"] });
  });

  it.each([
    ["analysis", "analysis"],
    ["<analysis>", "analysis"],
    ["Label: analysis", "analysis"],
    ["thought", "thought"],
    ["<thought>", "thought"],
    ["[THINK]", "think"],
    ["Here is my thought process", "Here is my thought process"],
    ["The text shows reasoning.", "reasoning"],
    ['{"label": "analysis", "reason": "<think>"}', "analysis"],
    ["</think>", "</think>"],
  ])("are not meant by labels that sound like them: %j", (text, label) => {
    const sounding = ["analysis", "thought", "think", "reasoning", "Here is my thought process", "</think>"];
    expect(parseAnswer(text, sounding)).toEqual({ answer: [label] });
    if (!text.startsWith("The")) expect(parseAnswers(text, sounding)).toEqual({ answer: [label] });
  });

  it("are read the same in any wrapping, whatever they say", () => {
    fc.assert(
      fc.property(fc.constantFrom(...wrappings), fc.string({ maxLength: 40 }), ([, wrap, behind = ""], noise) => {
        fc.pre(!/[<>[\]{}`&|]/.test(noise));
        expect(parseAnswer(`${wrap(`x ${noise} delivery`)}billing${behind}`, labels)).toEqual({ answer: ["billing"] });
      }),
    );
  });

  it("of brackets and tags by the thousand take no time", () => {
    const startedAt = performance.now();
    for (const piece of [
      "<think>",
      "</think>",
      "<think ",
      "[",
      "{",
      "{}",
      "[[",
      "analysis ",
      "<|channel|>",
      "```",
      " ",
      "<details ",
    ])
      parseAnswer(piece.repeat(Math.ceil(20_000 / piece.length)), labels);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
