/** @file When, on what and with what a comparison was made: what a report must say to be filed, and to be made again. */
import { formatCount, formatPlural } from "../lib/text/format.js";
import type { Comparison } from "../types/comparison.js";

/** What a run knows of itself besides its measurements. */
export interface RunFacts {
  /** When it was begun. ISO 8601, UTC. */
  readonly startedAt: string;
  /** Data files, as they were given: the one with all rows or with the training rows first. */
  readonly files: readonly string[];
  /** Version of Crossover. */
  readonly version: string;
  /** What the seconds were measured on. */
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly os: string;
  };
  /** The whole command, as the user's shell takes it, that makes the run again. Absent where it cannot be told. */
  readonly command?: string;
}

/** Rows and labels, in short: `532 training rows`, `188 test rows`, `8 labels`. */
export function rowFacts({ task }: Pick<Comparison, "task">): string[] {
  return [
    formatPlural(task.trainRows, "training row"),
    formatPlural(task.testRows, "test row"),
    formatPlural(task.labels.length, "label"),
  ];
}

/** The models of all approaches by the names that say their versions, as far as they do. */
export function modelNames({ summaries, failed }: Pick<Comparison, "summaries" | "failed">): string[] {
  return [...new Set([...summaries, ...failed].flatMap(({ model }) => model ?? []))];
}

/** What stands under a report's title: date, data, models, version, machine. */
export function titleFacts(comparison: Comparison, facts: RunFacts | undefined): string[] {
  const rows = rowFacts(comparison);
  if (facts === undefined) return [rows.join(", ")];
  const { startedAt, files, version, machine } = facts;
  const models = modelNames(comparison);
  return [
    startedText(startedAt),
    [...files, ...rows].join(", "),
    ...(models.length > 0 ? [`${models.length === 1 ? "model" : "models"} ${models.join(", ")}`] : []),
    `Crossover ${version}`,
    machineText(machine),
  ];
}

/** The minute in UTC: `2026-11-29 05:53 UTC`. */
export function startedText(startedAt: string): string {
  return startedAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2 UTC");
}

/** `Intel Xeon, 2 cores, 24 GB, Node v20.20.2, linux 6.1`. */
export function machineText({ cpu, cores, memoryGb, node, os }: RunFacts["machine"]): string {
  return [cpu, formatPlural(cores, "core"), `${formatCount(memoryGb)} GB`, `Node ${node}`, os].join(", ");
}
