import type { FixedDemos } from "../program.js";
import type { Demo } from "../template.js";
import { labelGroup } from "./balanced-demos.js";
import { isNearDuplicate } from "./near-duplicate.js";

/**
 * The examples for one text: those of the plan, in its order, but none that is nearly the text itself. Another one of its labels takes its
 * place, where there is one that is not. `isAllowed`: only of these labels.
 */
export function fixedDemosFor(plan: FixedDemos, text: string, isAllowed: (demo: Demo) => boolean = () => true): readonly Demo[] {
  const examples = plan.examples.filter(isAllowed);
  const used = new Set<Demo>();
  return examples.flatMap((example) => {
    if (!isNearDuplicate(example.text, text)) return [example];
    const spare = plan.spares.find(
      (other) => labelGroup(other) === labelGroup(example) && !used.has(other) && !isNearDuplicate(other.text, text),
    );
    if (spare !== undefined) used.add(spare);
    return spare === undefined ? [] : [spare];
  });
}
