import { UserError } from "../lib/errors.js";
import { formatUsd } from "../lib/format.js";
import { Interrupted } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

/** Above this estimate a command asks before it spends, unless a budget or `--yes` was given. */
const askAboveUsd = 1;

/**
 * Asks whether so much may be spent. `Interrupted` where it may not, `UserError` where nobody can answer.
 *
 * @param who what is going to spend it, as the subject of a sentence: `This run`
 */
export async function confirmUsd(usd: number, who: string, terminal: Terminal): Promise<void> {
  if (usd <= askAboveUsd) return;
  const answer = await terminal.confirm(`${who} will spend about ${formatUsd(usd)}. Go on?`);
  if (answer === undefined) {
    throw new UserError(
      `${who} would spend about ${formatUsd(usd)}. Allow it with --yes, or cap it with --budget-usd ${Math.ceil(usd)}.`,
    );
  }
  if (!answer) throw new Interrupted("Nothing was spent.");
}
