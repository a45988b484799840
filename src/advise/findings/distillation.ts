/** @file Whether labels of a language model paid for a small one. */
import type { Taught } from "./parts.js";

/** Whether labels of a language model paid for a small one. */
export type DistillationFinding =
  /** What the labels of a language model taught a small one. */
  ({ readonly kind: "distillation-paid" } & Taught) | ({ readonly kind: "distillation-unpaid" } & Taught);
