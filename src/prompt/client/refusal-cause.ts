/**
 * @file Whether refusals come of the pace. A limit refuses more the faster it is asked, and all that comes once it is reached; a service that fails
 * at random refuses those that were sent slowly about as often as those sent fast. Slowing down for such refusals helps nobody, and as
 * each of them slows down further, it never ends (decisions/0023).
 */

export interface RefusalCause {
  /** A request is sent, as one of so many that are open. What comes back is to be called when it ended. */
  send(now: number, open: number): (isRefused: boolean) => void;
  /** Whether the refusals of late have nothing to do with the pace. */
  isElsewhere(): boolean;
}

/** Requests that are remembered. */
const memory = 256;
/** From fewer, or from fewer refusals, nothing is read: a limit that the pace keeps to refuses one in a hundred. */
const [fewest, fewestRefused] = [64, 16] as const;
/** A limit that is reached refuses one after the other. At random, so many in a row come once in thousands. */
const longestRun = 6;
/** Where more are refused than taken, it is not for chance. */
const mostRefused = 0.5;
/** Of the share among those sent fast: at a limit hardly any that was sent slowly is refused. */
const alike = 0.5;
/** Requests whose distance in time says how fast they were sent. */
const spacing = 8;

interface Sent {
  readonly perSecond: number;
  readonly open: number;
  isRefused: boolean | null;
}

/** Nothing was sent so far. */
export function createRefusalCause(): RefusalCause {
  const lately: Sent[] = [];
  const times: number[] = [];
  return {
    send(now, open) {
      times.push(now);
      if (times.length > spacing) times.shift();
      const sent: Sent = { perSecond: times.length / (now - times[0]! + 1), open, isRefused: null };
      lately.push(sent);
      if (lately.length > memory) lately.shift();
      return (isRefused) => {
        sent.isRefused = isRefused;
      };
    },
    isElsewhere() {
      const ended = lately.filter(({ isRefused }) => isRefused !== null);
      const refused = refusedOf(ended);
      if (ended.length < fewest || refused < fewestRefused || refused > mostRefused * ended.length) return false;
      return runOf(ended) <= longestRun && isAlike(ended, "open") && isAlike(ended, "perSecond");
    },
  };
}

const refusedOf = (sent: readonly Sent[]): number => sent.filter(({ isRefused }) => isRefused === true).length;

/** Whether the slower half was refused about as often as the faster one. */
function isAlike(sent: readonly Sent[], by: "open" | "perSecond"): boolean {
  const sorted = [...sent].sort((a, b) => a[by] - b[by]);
  const middle = Math.floor(sorted.length / 2);
  return refusedOf(sorted.slice(0, middle)) >= alike * refusedOf(sorted.slice(middle));
}

/** The most that were refused one after the other. */
function runOf(sent: readonly Sent[]): number {
  let [run, longest] = [0, 0];
  for (const { isRefused } of sent) {
    run = isRefused === true ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
