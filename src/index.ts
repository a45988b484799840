/** @file The public API: the stages of a comparison, each one call. `crossover` on the command line is made of the same. */

export { type Advice, advise } from "./advise/advise.js";
export type { Finding, FindingOf } from "./advise/findings/findings.js";
export { choiceBasisText } from "./advise/words/choices.js";
export { type CellLines, type CellWords, cellLines, cellWords, measureText } from "./advise/words/factor-cells.js";
export { roleOf, sentenceOf, stepsOf, titleOf } from "./advise/words/findings/findings.js";
export { breakEvenBasisText, priceBasisText } from "./advise/words/prices.js";
export { failedText } from "./advise/words/unanswered.js";
export type { NextStep, Role } from "./advise/words/wording.js";
export { defaultAssumptions } from "./compare/assumptions.js";
export { type CompareOptions, compare } from "./compare/compare.js";
export {
  type AnswerTexts,
  defineApproach,
  type OwnAnswer,
  type OwnApproach,
  type OwnLabels,
  type OwnPredictor,
} from "./compare/define-approach.js";
export { type RowStatistics, rowStatistics } from "./compare/row-statistics.js";
export { type SummarizeInput, summarize } from "./compare/summarize.js";
export { type Audit, type AuditOptions, auditTask } from "./data/audit/audit.js";
export { readDataset, readTask, type TaskOptions } from "./data/data.js";
export type { DatasetOptions } from "./data/source.js";
export { splitDataset } from "./data/split.js";
export { BudgetError, Interrupted, UserError } from "./lib/errors.js";
export { tuningText } from "./lib/text/tuning-text.js";
export type { BatchOptions } from "./prompt/batch/batch-queue.js";
export { type Budget, createBudget } from "./prompt/client/budget.js";
export { type ClientOptions, createClient } from "./prompt/client/client.js";
export type { Answered, Form, LlmClient, Signals } from "./prompt/client/llm-client.js";
export { type FilePromptOptions, filePrompt } from "./prompt/file-prompt.js";
export type { PromptSource } from "./prompt/files/prompt-source.js";
export { readPrompt } from "./prompt/files/read-prompt.js";
export { type LabelPromptOptions, labelPrompt } from "./prompt/label-prompt/label-prompt.js";
export type { Completion, CompletionRequest, Llm, Message, ModelCard } from "./prompt/llm.js";
export { type PromptMethod, promptMethods } from "./prompt/methods.js";
export { type OptimizedPromptOptions, optimizedPrompt } from "./prompt/optimized.js";
export { listPrices } from "./prompt/prices/price-table.js";
export { loadPrices } from "./prompt/prices/prices.js";
export { type PromptOptions, prompt } from "./prompt/prompt.js";
export { describeModel, type ResolveOptions, resolveLlm } from "./prompt/providers/resolve.js";
export { type RecordedPromptOptions, recordedPrompt } from "./prompt/recorded/recorded-prompt.js";
export { renderAudit } from "./report/audit-text.js";
export { type RenderOptions, type ReportFormat, render, renderText, type TextOptions } from "./report/report.js";
export type { RunHooks, SpendingQuestion } from "./run/hooks.js";
export { measureRun } from "./run/measure-run.js";
export { type OpenRun, openRun } from "./run/open-run.js";
export { planRun, type RunPlan } from "./run/plan-run.js";
export { publishRun, type RunReport } from "./run/publish-run.js";
export { type RunRequest, runComparison } from "./run/run-comparison.js";
export { type RunInputs, readInputs } from "./run/run-inputs.js";
export { defaultRunManner, defaultRunOptions, type RunManner, type RunOptions } from "./run/run-options.js";
export { type Exported, type ExportOptions, exportArtifact, type QuantizationLoss } from "./ship/export/export-artifact.js";
export type { LoadPredictorOptions } from "./ship/kinds/kind.js";
export { type LoadedPredictor, loadPredictor } from "./ship/load-predictor.js";
export type { ArtifactKind, Manifest } from "./ship/manifest/manifest.js";
export { openResponseCache, type ResponseCache } from "./store/response-cache.js";
export { listRuns, type Run, readRun } from "./store/run.js";
export { openLocalEngine } from "./tune/decoders/inference/open-engine.js";
export { type EncoderOptions, loadEncoder } from "./tune/pretrained/encoder.js";
export { loadProbe } from "./tune/probe.js";
export { type LoadedClassifier, type LoadOptions, loadClassifier } from "./tune/saved-classifier.js";
export { baselines, chooseTuning, type TuneOptions, tune } from "./tune/tune.js";
export type * from "./types/approach.js";
export type * from "./types/comparison.js";
export type * from "./types/contrast.js";
export type * from "./types/curves.js";
export type * from "./types/data.js";
export type * from "./types/encoder.js";
export type * from "./types/events.js";
export type * from "./types/factors.js";
export type * from "./types/identity.js";
export type * from "./types/measurement.js";
export type * from "./types/prediction.js";
export type * from "./types/prices.js";
export type * from "./types/scores.js";
