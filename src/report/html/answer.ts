import type { Advice } from "../../advise/advise.js";
import type { Finding } from "../../advise/findings/findings.js";
import { sentenceOf, titleOf } from "../../advise/words/findings/findings.js";
import { capitalized } from "../../advise/words/lists.js";
import type { Comparison } from "../../types/comparison.js";
import { type Markup, markup } from "../markup.js";
import { verdictBadges, verdictTones } from "../verdict-names.js";
import { prose } from "./elements.js";

/** The answer in a card of its own: what to do, how sure that is, and what speaks for it. */
export function answerCard(comparison: Comparison, advice: Advice): Markup {
  const arm = comparison.summaries.find(({ approach }) => approach === advice.choice)?.arm ?? "open";
  // The first reason is the verdict, which the headline has said.
  const reasons = advice.reasons.slice(1);
  return markup`<section class="answer ${arm}" id="answer" aria-labelledby="headline"><span class="badge ${verdictTones[advice.evidence]}">${verdictBadges[advice.evidence]}</span><h2 class="headline" id="headline">${advice.headline}</h2><p class="lead">${advice.confidence}</p>${
    reasons.length > 0 && markup`<ul class="findings">${reasons.map(findingItem)}</ul>`
  }</section>`;
}

/** What to be careful about, what would change the answer, and what to do next: side by side where there is room. */
export function adviceColumns(advice: Advice): Markup {
  const steps = advice.nextSteps.map(({ text, command }) => {
    return markup`<li>${prose(text)}${command !== undefined && markup`<br><code>${command}</code>`}</li>`;
  });
  const cards = [
    list("careful", "Be careful", "cautions", advice.cautions),
    list("change", "What would change the answer", "changes", advice.whatWouldChange),
    steps.length > 0 &&
      markup`<section class="card wide-card" id="next" aria-labelledby="next-heading"><h2 id="next-heading">Next steps</h2><ol class="steps">${steps}</ol></section>`,
  ];
  return markup`<div class="columns">${cards}</div>`;
}

function list(id: string, title: string, kind: string, findings: readonly Finding[]): Markup | false {
  return (
    findings.length > 0 &&
    markup`<section class="card" id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2><ul class="findings ${kind}">${findings.map(findingItem)}</ul></section>`
  );
}

function findingItem(finding: Finding): Markup {
  return markup`<li><strong>${titleOf(finding)}</strong>${prose(capitalized(sentenceOf(finding)))}</li>`;
}
