/** @file What would change the answer. */
import type { MoreRows } from "../../types/contrast.js";
import type { BreakEven } from "../../types/prices.js";
import type { Flip } from "./parts.js";

/** What would change the answer. */
export type ChangeFinding =
  | { readonly kind: "labels-undescribed"; readonly approach: string }
  /** From how many requests a month on the tuned one is cheaper: one a way to run a machine. */
  | { readonly kind: "break-even"; readonly breakEvens: readonly BreakEven[] }
  /** At `at` of something assumed the answer turns: found by deciding anew on both sides of it. */
  | ({ readonly kind: "flip" } & Flip)
  /** `unasked`: test rows that there are, and that not both were asked about. */
  | { readonly kind: "more-rows"; readonly needed: MoreRows; readonly a: string; readonly b: string; readonly unasked?: number };
