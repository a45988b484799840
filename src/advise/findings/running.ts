/** @file What running costs and takes, and what it hangs on. */
import type { UntoldPrice } from "../../types/prices.js";

/** What running costs and takes, and what it hangs on. */
export type RunningFinding =
  | {
      readonly kind: "cheaper";
      readonly approach: string;
      readonly usd: number;
      readonly other: string;
      readonly otherUsd: number;
    }
  | {
      readonly kind: "monthly-bill";
      readonly approach: string;
      readonly usd: number;
      readonly other: string;
      readonly otherUsd: number;
      readonly requests: number;
    }
  | {
      readonly kind: "faster";
      readonly approach: string;
      readonly seconds: number;
      readonly other: string;
      readonly otherSeconds: number;
    }
  | { readonly kind: "self-contained"; readonly approach: string; readonly other: string; readonly otherNeeds: readonly string[] }
  /** Which is cheaper depends on what nobody told. */
  | { readonly kind: "price-untold"; readonly untold: readonly UntoldPrice[]; readonly a: string; readonly b: string }
  | {
      readonly kind: "dearer";
      readonly approach: string;
      readonly usd: number;
      readonly other: string;
      readonly otherUsd: number;
      /** Right answers that it gives beyond the other's, in 1,000 requests; absent where that is not known. */
      readonly extraRightPerThousand?: number;
      /** Present where rows may have several labels: right is then a row all of whose labels are. */
      readonly isExactMatch?: true;
    }
  | {
      readonly kind: "slower";
      readonly approach: string;
      readonly seconds: number;
      readonly other: string;
      readonly otherSeconds: number;
    }
  /** `labels`: more than the prompt used; all that it used where `isAll`, since nobody knows how many the prompt did. */
  | { readonly kind: "labels-free"; readonly approach: string; readonly labels: number; readonly isAll?: true };
