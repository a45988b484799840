/** @file The report as one page that needs nothing else: no request, no font, no script but one of its own; it opens from a mail as from a server. */
import type { Advice } from "../../advise/advise.js";
import type { Comparison } from "../../types/comparison.js";
import { cascadeTitle } from "../cascade/cascade-words.js";
import type { TrainingCurve } from "../charts/training-chart.js";
import { crossoverTitle } from "../crossover-rows.js";
import { flexibilityTitle } from "../flexibility-rows.js";
import { forPeople, type PeopleView } from "../for-people.js";
import { type Markup, markup } from "../markup.js";
import { newLabelPicture } from "../new-label-picture.js";
import { type RunFacts, titleFacts } from "../run-facts.js";
import type { UseIt } from "../use-it.js";
import { adviceColumns, answerCard } from "./answer.js";
import { cascadeSection } from "./cascade.js";
import { comparedList } from "./compared.js";
import { confidenceFigures } from "./confidence.js";
import { crossoverSection } from "./crossovers.js";
import { differenceFigure } from "./differences.js";
import { doubtfulLabels, sliceTable } from "./doubtful-labels.js";
import { section } from "./elements.js";
import { costFigures, costLegend, legend, qualityFigures, trainingFigures } from "./figures.js";
import { flexibilitySection } from "./flexibility.js";
import { pageSource } from "./frame.js";
import { labelFigures } from "./labels.js";
import { moneySection } from "./money.js";
import { assumptionList, dataNotes, methodNotes, reproduction } from "./notes.js";
import { explorerScript, rowExplorer } from "./rows/row-explorer.js";
import { contrastTable, factorTables, moreScores, rankingTable } from "./tables.js";
import { failureTables } from "./unanswered.js";
import { useCard } from "./use-card.js";

export interface HtmlOptions {
  /** Texts of the test rows by id, to be shown beside their answers. */
  readonly texts?: ReadonlyMap<string, string>;
  /** How tuned approaches were trained. */
  readonly trainings?: readonly TrainingCurve[];
  /** When, on what and with what it was measured. */
  readonly facts?: RunFacts;
  /** How what is advised is put to use. */
  readonly useIt?: UseIt;
}

/**
 * The whole report as one HTML page. It asks nothing of the network, and a content security policy forbids that and every script but the one that
 * shows the rows, without which the page says the same; text from data is text in it, whatever it says.
 */
export function renderHtml(
  measured: Comparison,
  given: Advice,
  { texts = new Map(), trainings = [], useIt, facts }: HtmlOptions = {},
): string {
  const { comparison, advice, names, rename } = forPeople(measured, given);
  const { task } = comparison;
  const title = `Fine-tune or prompt? ${task.name}`;
  const rows = rowExplorer(comparison, texts, names);
  const sections = pageSections(comparison, advice, {
    ...{ names, texts, facts, rows: rows?.content ?? null, trainings: rename(trainings) },
    useIt: useIt && rename(useIt),
  });
  const links = sections.map(({ id, name }) => markup`<a href="#${id}">${name}</a>`);
  return pageSource({
    title,
    header: markup`<h1>Fine-tune or prompt? <bdi>${task.name}</bdi></h1><p class="lead">${titleFacts(comparison, facts).map((fact, i) => markup`${i > 0 && " · "}<bdi>${fact}</bdi>`)}</p><nav aria-label="Contents">${links}</nav>`,
    main: markup`${answerCard(comparison, advice)}
${comparedList(comparison, advice, names)}
${adviceColumns(advice)}
${sections.map(({ id, name, content }) => section(id, name, content))}`,
    footer: "Made by Crossover. Every number was computed from the stored predictions of this run.",
    ...(rows !== null && { script: { source: explorerScript(), element: rows.script } }),
  });
}

/** What sections show besides the comparison and the advice. */
interface Shown extends Required<Pick<HtmlOptions, "texts" | "trainings">>, Pick<PeopleView, "names"> {
  readonly facts: RunFacts | undefined;
  readonly rows: Markup | null;
  readonly useIt: UseIt | undefined;
}

interface PageSection {
  readonly id: string;
  readonly name: string;
  readonly content: Markup;
}

function pageSections(
  comparison: Comparison,
  advice: Advice,
  { names, texts, trainings, facts, rows, useIt }: Shown,
): PageSection[] {
  const hasResults = comparison.summaries.length > 0;
  const labels = labelFigures(comparison, names);
  const crossover = crossoverSection(comparison);
  const flexibility = flexibilitySection(comparison);
  const failures = failureTables(comparison);
  const confidence = confidenceFigures(comparison);
  const [doubtful, slices] = [doubtfulLabels(comparison, texts), sliceTable(comparison)];
  const money = moneySection(comparison);
  const cascade = cascadeSection(comparison);
  const use = useIt !== undefined && {
    id: "use",
    name: useIt.isAdvised ? "Use it" : "If you fine-tune",
    content: useCard(useIt),
  };
  // What people ask next comes first: when, what, is it so, which labels, which rows, what money; how it was done comes last.
  const all: (PageSection | false)[] = [
    useIt?.isAdvised === true && use,
    crossover !== null && { id: "crossover", name: crossoverTitle(comparison), content: crossover },
    hasResults && { id: "factors", name: "Six factors, and quality", content: factorTables(comparison, advice, names) },
    hasResults && {
      id: "quality",
      name: "All approaches",
      content: markup`<div class="figures">${qualityFigures(comparison, advice)}</div>${legend(comparison.summaries)}${rankingTable(comparison, advice, names)}${moreScores(comparison)}`,
    },
    comparison.contrasts.length > 0 && {
      id: "differences",
      name: "Is the difference real?",
      content: markup`${differenceFigure(comparison)}${contrastTable(comparison)}`,
    },
    cascade !== null && { id: "together", name: cascadeTitle, content: cascade },
    labels !== null && { id: "labels", name: "Label by label", content: labels },
    rows !== null && { id: "rows", name: "Row by row", content: rows },
    doubtful !== null && { id: "doubtful", name: "Doubtful labels", content: doubtful },
    slices !== null && { id: "slices", name: "Where one does better", content: slices },
    failures !== null && { id: "failures", name: "Rows without an answer", content: failures },
    hasResults && {
      id: "cost",
      name: "Cost and time",
      content: markup`<div class="figures">${costFigures(comparison, advice)}</div>${costLegend(comparison)}`,
    },
    money !== null && { id: "money", name: "The bill of a month", content: money },
    confidence !== null && { id: "confidence", name: "How sure they are", content: confidence },
    flexibility !== null && { id: "flexibility", name: flexibilityTitle(newLabelPicture(comparison)), content: flexibility },
    useIt?.isAdvised === false && use,
    trainings.length > 0 && {
      id: "training",
      name: "How the models were trained",
      content: trainingFigures(trainings),
    },
    { id: "data", name: "The data", content: dataNotes(comparison) },
    { id: "method", name: "How it was measured", content: methodNotes(comparison) },
    { id: "assumptions", name: "Assumptions", content: assumptionList(comparison) },
    { id: "reproduction", name: "To repeat it", content: reproduction(comparison, facts) },
  ];
  return all.filter((item) => item !== false);
}
