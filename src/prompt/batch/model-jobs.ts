/** @file Jobs that ask an open model, as this side sees them: what hands them out is given from above, where engines are known. */
import type { BatchOptions } from "./batch-queue.js";
import type { BatchService } from "./batch-service.js";

/** A model that jobs ask. */
export interface JobModel {
  /** What requests call it. */
  readonly name: string;
  /** A repository of the Hub, at a revision where one is named, or a folder of the machine that does the job. */
  readonly source: { readonly repo: string; readonly revision?: string } | { readonly path: string };
}

/** What asks open models by jobs. */
export interface ModelJobs {
  /** What vLLM is given besides, word by word: answers hang on it. */
  readonly vllmArguments: readonly string[];
  /** Where batches are kept, and who hears of them. */
  readonly batch: BatchOptions;
  /** The batches of a model. */
  batches(model: JobModel): BatchService;
}
