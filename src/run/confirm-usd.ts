import { Interrupted, UserError } from "../lib/errors.js";
import { formatUsd } from "../lib/text/format.js";
import type { RunHooks, SpendingQuestion } from "./hooks.js";

/** Above this estimate a run asks before it spends, unless a budget or leave was given. What can't be estimated is always asked about. */
const askAboveUsd = 1;

/**
 * Asks whether so much may be spent, where it is much.
 *
 * @throws Interrupted where it may not
 * @throws UserError where nobody can answer
 */
export async function confirmUsd(question: SpendingQuestion, confirm: RunHooks["confirm"]): Promise<void> {
  const { usd, subject } = question;
  if (usd !== null && usd <= askAboveUsd) return;
  const answer = await confirm(question);
  if (answer === undefined && usd === null)
    throw new UserError(`${subject} would spend money, and how much is not known before. Allow it with --yes.`);
  if (answer === undefined) {
    throw new UserError(
      `${subject} would spend about ${formatUsd(usd!)}. Allow it with --yes, or cap it with --budget-usd ${Math.ceil(usd!)}.`,
    );
  }
  if (!answer) throw new Interrupted("Nothing was spent.");
}
