import { formatPlural, formatPValue } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { Contrast } from "../../types/contrast.js";

/** Why a verdict "better" is not called shown, where the corrected test does not exclude chance. */
export function chanceText({ adjustedPValue }: Contrast, { contrasts }: Comparison): string {
  return `corrected for ${formatPlural(contrasts.length, "planned contrast")} the test does not exclude chance (${formatPValue(adjustedPValue)})`;
}
