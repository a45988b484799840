/** @file What the terminal shows of a run while it goes on. */
import { formatUsd } from "../lib/text/format.js";
import type { RunHooks } from "../run/hooks.js";
import type { CommandContext } from "./command-context.js";
import { noteLines } from "./notes.js";
import { makeProgress } from "./progress.js";

/** Dispose of it: what is drawn is cleared. */
export interface RunScreen extends Disposable {
  /** For the steps of a run. */
  readonly hooks: RunHooks;
  /** Clears what is drawn, for good. To be called before anything else is printed. */
  clear(): void;
}

/**
 * Shows a run's events, and asks at the terminal what the run asks.
 *
 * @param isQuiet whether only warnings are shown that no report has
 */
export function runScreen({ terminal, signal }: CommandContext, { isQuiet = false } = {}): RunScreen {
  const progress = makeProgress(terminal, signal);
  // Jobs on other machines tell of themselves at any time: not into a question, and not below a report.
  let isSilent = false;
  const clear = (): void => {
    progress.clear();
    isSilent = true;
  };
  const asked = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const before = isSilent;
    clear();
    try {
      return await ask();
    } finally {
      isSilent = before;
    }
  };
  const print = (text: string): void => {
    progress.clear();
    terminal.err(noteLines(text, terminal));
  };
  return {
    clear,
    [Symbol.dispose]: clear,
    hooks: {
      env: terminal.env,
      signal,
      onEvent(event) {
        if (isQuiet && (event.kind !== "warning" || event.isReported === true)) return;
        if (event.kind === "progress" || event.kind === "note" || event.kind === "spending") {
          if (!isSilent) progress.log(event);
        } else if (event.kind === "warning") print(`Note: ${event.text}`);
        else if (event.kind === "first-answer") print(`First answer, while more is measured: ${event.text}`);
        // Why is said once for all that it holds of, with the report, where it is not scrolled away.
        else if (event.kind === "failed") print(`${event.approach} was left out: the reason stands with the report.`);
      },
      async leaveRunning({ jobs, engine }) {
        const noun = jobs === 1 ? "1 job runs" : `${jobs} jobs run`;
        const question = `${noun} on ${engine}. [L]eave running, to be found again by resuming, or [s]top? `;
        const answer = await asked(() => terminal.ask(question));
        return answer === undefined ? undefined : !/^s/i.test(answer.trim());
      },
      confirm: ({ usd, subject }) =>
        asked(() =>
          terminal.confirm(
            usd === null
              ? `${subject} will spend money, and how much is not known before. Go on?`
              : `${subject} will spend about ${formatUsd(usd)}. Go on?`,
          ),
        ),
    },
  };
}
