/** What a search may use up. `Infinity`: no limit. */
export interface SearchBudget {
  /** Answers of the model, those from a cache included: what a search finds must not depend on what is stored. */
  readonly calls: number;
  /** At list price, stored answers included. */
  readonly usd: number;
  readonly seconds: number;
}

/** What asking about one row, or for one text, comes to. */
export interface Expense {
  readonly calls: number;
  readonly usd: number;
}

/** What one row or text is expected to come to, and the most it can. */
export interface PriceRange {
  readonly expected: Expense;
  readonly most: Expense;
}

/** Rows that are asked about later. `dearest`: at the highest price of the rows that could be afforded so far. */
export interface LaterRows {
  readonly count: number;
  readonly price: PriceRange | "dearest";
}

/** The accounts of a search: what is spent, and whether the next step fits. */
export interface Ledger {
  readonly budget: SearchBudget;
  readonly spent: SearchBudget;
  /** Whether so many rows at this price are likely to fit into the budget, beside what is set aside. */
  affords(rows: number, price: PriceRange): boolean;
  /** The same of one text. */
  affordsText(price: PriceRange): boolean;
  /** Until the time is up, without what is set aside. */
  secondsLeft(): number;
  /** About how many rows fit that come to what rows came to so far. */
  rowsLeft(): number;
  /**
   * Sets the most that a row can come to aside, so that the budget holds also with many rows under way. Waits while these hold what it needs;
   * `null` where it does not fit although nothing is under way. What comes back is to be called once, with what the row came to.
   */
  reserve(price: PriceRange): Promise<((actual: Expense) => void) | null>;
  /** Enters what an earlier session spent on a row, and the seconds that the search had taken by then. */
  replay(price: PriceRange, actual: Expense, atSeconds: number): void;
  /** Keeps the price of rows for later, in place of what was kept before. */
  setAside(rows: readonly LaterRows[]): void;
  /** Starts the clock, which stands still while an earlier session is replayed. */
  goLive(): void;
}

/**
 * Plans are made for this part more than is expected: a step that fails in the middle has paid for answers that decide nothing.
 */
const caution = 0.1;

/** Accounts of a new search, or of one that is to be replayed from its start. `now`: seconds of any clock. */
export function createLedger(budget: SearchBudget, now: () => number = () => performance.now() / 1000): Ledger {
  let spent: Expense = nothing;
  let expected: Expense = nothing;
  let rows = 0;
  let open: Expense = nothing;
  let openRows = 0;
  let dearest: PriceRange = { expected: { calls: 1, usd: 0 }, most: { calls: 1, usd: 0 } };
  let later: readonly LaterRows[] = [];
  let replayedSeconds = 0;
  let liveSince: number | undefined;
  let wake: (() => void)[] = [];
  const seconds = (): number => replayedSeconds + (liveSince === undefined ? 0 : now() - liveSince);

  const plan = (count: number, price: PriceRange): SearchBudget => {
    const part = (key: keyof Expense): number => {
      if (count === 0) return 0;
      // What rows came to beside what they were expected to corrects the expectation.
      const likely = count * price.expected[key] * (expected[key] > 0 ? spent[key] / expected[key] : 1);
      return likely + Math.max(caution * likely, price.most[key] - price.expected[key]);
    };
    const calls = part("calls");
    return { calls, usd: part("usd"), seconds: spent.calls === 0 ? 0 : (calls * seconds()) / spent.calls };
  };
  const aside = (): SearchBudget => {
    const plans = later.map(({ count, price }) => plan(count, price === "dearest" ? dearest : price));
    const total = (key: keyof SearchBudget): number => plans.reduce((all, each) => all + each[key], 0);
    return { calls: total("calls"), usd: total("usd"), seconds: total("seconds") };
  };
  /** Beside what is set aside. */
  const fits = (next: SearchBudget): boolean => {
    const kept = aside();
    return (
      spent.calls + next.calls + kept.calls <= budget.calls &&
      spent.usd + next.usd + kept.usd <= budget.usd &&
      seconds() + next.seconds + kept.seconds <= budget.seconds
    );
  };
  const enter = (price: PriceRange, actual: Expense): void => {
    spent = sum(spent, actual);
    expected = sum(expected, price.expected);
    rows++;
  };

  return {
    budget,
    get spent() {
      return { ...spent, seconds: seconds() };
    },
    affords(count, price) {
      const before = dearest;
      dearest = { expected: greater(dearest.expected, price.expected), most: greater(dearest.most, price.most) };
      if (fits(plan(count, price))) return true;
      // What is refused will not be asked about later either.
      dearest = before;
      return false;
    },
    affordsText: (price) => fits(plan(1, price)),
    secondsLeft: () => budget.seconds - seconds() - aside().seconds,
    rowsLeft() {
      const kept = aside();
      const per = (total: number): number => (rows === 0 ? 0 : total / rows);
      const left = (limit: number, used: number, forLater: number, each: number): number =>
        each > 0 ? (limit - used - forLater) / each : Number.POSITIVE_INFINITY;
      const count = Math.min(
        left(budget.calls, spent.calls, kept.calls, rows === 0 ? 1 : per(spent.calls)),
        left(budget.usd, spent.usd, kept.usd, per(spent.usd)),
        left(budget.seconds, seconds(), kept.seconds, per(seconds())),
      );
      return Math.max(0, Math.floor(count));
    },
    async reserve({ expected: likely, most }) {
      for (;;) {
        const used = sum(sum(sum(spent, open), most), aside());
        if (used.calls <= budget.calls && used.usd <= budget.usd) break;
        if (openRows === 0) return null;
        await new Promise<void>((resolve) => wake.push(resolve));
      }
      open = sum(open, most);
      openRows++;
      return (actual) => {
        openRows--;
        // Sums of many small floats leave dust, which would block the last row.
        open = openRows === 0 ? nothing : { calls: open.calls - most.calls, usd: open.usd - most.usd };
        enter({ expected: likely, most }, actual);
        const waiting = wake;
        wake = [];
        for (const resume of waiting) resume();
      };
    },
    replay(price, actual, atSeconds) {
      enter(price, actual);
      replayedSeconds = Math.max(replayedSeconds, atSeconds);
    },
    setAside(rowsForLater) {
      later = rowsForLater;
    },
    goLive() {
      liveSince ??= now();
    },
  };
}

const nothing: Expense = { calls: 0, usd: 0 };

function sum(a: Expense, b: Expense): Expense {
  return { calls: a.calls + b.calls, usd: a.usd + b.usd };
}

function greater(a: Expense, b: Expense): Expense {
  return { calls: Math.max(a.calls, b.calls), usd: Math.max(a.usd, b.usd) };
}
