/** @file The public API: the stages of a comparison, each one call. `crossover` on the command line is made of the same. */

export { type Advice, advise } from "./advise/advise.js";
export { defaultAssumptions } from "./compare/assumptions.js";
export { type CompareOptions, compare } from "./compare/compare.js";
export { type SummarizeInput, summarize } from "./compare/summarize.js";
export { type Audit, type AuditOptions, auditTask } from "./data/audit.js";
export { readDataset, readTask, type TaskOptions } from "./data/data.js";
export type { DatasetOptions } from "./data/source.js";
export { splitDataset } from "./data/split.js";
export { BudgetError, UserError } from "./lib/errors.js";
export { type Budget, createBudget } from "./prompt/budget.js";
export { type FilePromptOptions, filePrompt } from "./prompt/files/file-prompt.js";
export type { PromptSource } from "./prompt/files/prompt-source.js";
export { readPrompt } from "./prompt/files/read-prompt.js";
export { type LabelPromptOptions, labelPrompt } from "./prompt/label-prompt.js";
export { type PromptMethod, promptMethods } from "./prompt/methods.js";
export { listPrices } from "./prompt/price-table.js";
export { loadPrices } from "./prompt/prices.js";
export { type PromptOptions, prompt } from "./prompt/prompt.js";
export { type RecordedPromptOptions, recordedPrompt } from "./prompt/recorded-prompt.js";
export { renderAudit } from "./report/audit-text.js";
export { type RenderOptions, type ReportFormat, render, renderText, type TextOptions } from "./report/report.js";
export { openResponseCache, type ResponseCache } from "./store/response-cache.js";
export { loadClassifier } from "./tune/classifier/text-classifier.js";
export { type EncoderOptions, loadEncoder } from "./tune/pretrained/encoder.js";
export { loadProbe } from "./tune/probe.js";
export { baselines, chooseTuning, type TuneOptions, tune } from "./tune/tune.js";
export type * from "./types.js";
