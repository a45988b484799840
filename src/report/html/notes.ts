/** @file What the report rests on: assumptions, data, methods, and what it takes to repeat it. */
import { choiceBasisText } from "../../advise/words/choices.js";
import { sampleText } from "../../advise/words/pairs.js";
import { failedText } from "../../advise/words/unanswered.js";
import { formatCount, formatPercent, formatPlural, formatUsd } from "../../lib/text/format.js";
import { spendingText } from "../../lib/text/spending.js";
import type { Comparison } from "../../types/comparison.js";
import { type Content, type Markup, markup } from "../markup.js";
import { machineText, modelNames, type RunFacts, startedText } from "../run-facts.js";
import { codeBlock, details, prose } from "./elements.js";

/** What the prices and the verdict assume, and which option changes it. */
export function assumptionList({ assumptions }: Comparison): Markup {
  const { margin, usdPerLabel, usdPerMachineHour, utilization, requestsPerMonth } = assumptions;
  return definitions([
    ["Margin", markup`${formatPercent(margin)}: smaller differences do not matter in practice · <code>--margin</code>`],
    ["A label", markup`${usdPerLabel === undefined ? "not told" : formatUsd(usdPerLabel)} · <code>--usd-per-label</code>`],
    [
      "Requests a month",
      markup`${requestsPerMonth === undefined ? "not told" : formatCount(requestsPerMonth)} · <code>--requests-per-month</code>`,
    ],
    ["A machine like this one", markup`${formatUsd(usdPerMachineHour)} an hour · <code>--usd-per-machine-hour</code>`],
    [
      "Busy",
      markup`${formatPercent(utilization)} of the time; an idle machine costs as much as a busy one · <code>--utilization</code>`,
    ],
  ]);
}

/** The data, what was noticed in them, and what could not be measured. */
export function dataNotes({ task, failed }: Comparison): Markup {
  const warnings =
    task.warnings.length > 0 &&
    markup`<h3>Noticed in the data</h3><ul>${task.warnings.map((text) => markup`<li>${prose(text)}</li>`)}</ul>`;
  const failures =
    failed.length > 0 &&
    markup`<h3>Not measured</h3><ul>${failed.map(({ approach, reason }) => markup`<li><bdi>${approach}</bdi>: ${failedText(reason)}</li>`)}</ul>`;
  const labels = details(
    `${formatPlural(task.labels.length, "label")}`,
    markup`<p>${task.labels.map((label, i) => markup`${i > 0 && " · "}<bdi>${label}</bdi>`)}</p>`,
  );
  return markup`<p>${task.splitNote}</p>${warnings}${failures}${labels}`;
}

/** How it was measured, in short. */
export function methodNotes({ contrasts, best, summaries }: Comparison): Markup {
  const seeds = Math.max(0, ...summaries.map((summary) => summary.seeds.length));
  const choices = [
    ["tuned", best.tune],
    ["prompted", best.prompt],
  ] as const;
  const sampled = new Map(
    summaries.flatMap(({ testRows, sampledFrom }) => (sampledFrom === undefined ? [] : [[testRows, sampledFrom]])),
  );
  const chosen = choices.flatMap(([arm, choice]) =>
    choice === null ? [] : [markup`<li>Best ${arm}: <bdi>${choice.approach}</bdi>, ${choiceBasisText(choice.basis)}.</li>`],
  );
  return markup`<ul>
<li>Both arms learned from the same training rows and were measured on the same test rows; nothing was trained on them, and nothing chosen by them unless it is said below.</li>
${[...sampled].map(([rows, of]) => markup`<li>Language models were asked about ${sampleText(rows, of)}, drawn by the seed and the same for each of their prompts (--llm-rows). Rows outside it count in no score, and as no failure.</li>`)}${chosen}
<li>Intervals are 95% intervals over test rows, or over groups of rows where rows belong together: of scores by the bootstrap, of differences, which are taken in pairs, by the jackknife.${
    seeds <= 1
      ? " With one seed they say nothing of the spread between seeds."
      : " Of approaches with several seeds they cover the luck of seeds too."
  }</li>
<li>p-values: McNemar's test for accuracy, a paired permutation test for F1, corrected by Holm over ${formatPlural(contrasts.length, "planned contrast")}.</li>
<li>“Better” means that the whole interval lies beyond the margin and the test agrees; “equivalent” that it lies within it; everything else is undecided.</li>
<li>A row without a usable answer counts as wrong, unless it is missing: not in the recording, failed by the service, or refused by its filter. Missing rows are left out, and every difference is over the rows that both have. A score of a label with fewer than 20 test rows is not estimable.</li>
<li>Prices of services are list prices for the tokens they reported; the price of a local model is that of the machine for the time it took.</li>
</ul>`;
}

/** What it takes to see that another run used the same data, and to repeat this one. */
export function reproduction(comparison: Comparison, facts: RunFacts | undefined): Markup {
  const { task, summaries, spending } = comparison;
  const seeds = [...new Set(summaries.flatMap((summary) => summary.seeds))].sort((a, b) => a - b);
  const command =
    facts?.command !== undefined &&
    markup`<p>The whole command:</p>${codeBlock("Command that repeats the run", [facts.command])}`;
  const list = definitions([
    ...(facts === undefined
      ? []
      : ([
          ["Date", startedText(facts.startedAt)],
          ["Data", facts.files.map((file, i) => markup`${i > 0 && ", "}<code>${file}</code>`)],
          ["Crossover", facts.version],
          ["Machine", machineText(facts.machine)],
        ] as const)),
    ["Models", modelNames(comparison).join(", ")],
    ["Training rows", markup`${formatCount(task.trainRows)}, SHA-256 <code>${task.trainHash}</code>`],
    ["Test rows", markup`${formatCount(task.testRows)}, SHA-256 <code>${task.testHash}</code>`],
    ["Seeds", seeds.join(", ")],
    ...(spending === undefined ? [] : [["Paid for answers", spendingText(spending)] as const]),
  ]);
  return markup`${command}${list}`;
}

function definitions(entries: readonly (readonly [string, Content])[]): Markup {
  return markup`<dl>${entries.map(([term, meaning]) => markup`<dt>${term}</dt><dd>${meaning}</dd>`)}</dl>`;
}
