/** @file What the server counts, as the text that Prometheus reads (exposition format 0.0.4). */

type Labels = Readonly<Record<string, string | number>>;

/** What is counted. */
export interface Metrics {
  /** A request was answered or refused. */
  request(route: string, status: number, seconds: number): void;
  /** A pass over texts of one request or several. */
  pass(texts: number, seconds: number): void;
  /** A text that got an answer, or none for a reason, by whom. */
  text(outcome: string, answeredBy: string): void;
  cost(usd: number): void;
  /** All of it, with what is asked for at this moment. */
  text0004(now: { readonly inside: number; readonly waitingTexts: number }): string;
}

/** Seconds, from a short text on a small model to an LLM that thinks. */
const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const textsBounds = [1, 2, 4, 8, 16, 32, 64, 128];

/** Nothing is counted yet. */
export function createMetrics(): Metrics {
  const requests = counter("crossover_requests_total", "Requests by route and status.");
  const seconds = histogram("crossover_request_seconds", "Seconds from a request's headers to its answer.", secondsBounds);
  const passes = histogram("crossover_pass_texts", "Texts of a pass of the model (batch size).", textsBounds);
  const passSeconds = histogram("crossover_pass_seconds", "Seconds of a pass of the model.", secondsBounds);
  const texts = counter("crossover_texts_total", "Texts by what became of them, and by who answered.");
  const cost = counter("crossover_cost_usd_total", "Dollars that answers cost at list price.");
  return {
    request(route, status, took) {
      requests.add({ route, status }, 1);
      seconds.observe({ route }, took);
    },
    pass(count, took) {
      passes.observe({}, count);
      passSeconds.observe({}, took);
    },
    text: (outcome, answeredBy) => texts.add({ outcome, answered_by: answeredBy }, 1),
    cost: (usd) => cost.add({}, usd),
    text0004: ({ inside, waitingTexts }) =>
      [
        ...requests.lines(),
        ...seconds.lines(),
        ...passes.lines(),
        ...passSeconds.lines(),
        ...texts.lines(),
        ...cost.lines(),
        ...gauge("crossover_requests_inside", "Requests that are being read, wait, or are being answered.", inside),
        ...gauge("crossover_queue_texts", "Texts that wait for a pass of the model.", waitingTexts),
        "",
      ].join("\n"),
  };
}

/** The type that goes with `text0004`. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function gauge(name: string, help: string, value: number): string[] {
  return [...head(name, "gauge", help), `${name} ${value}`];
}

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${String(value).replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function counter(name: string, help: string): { add(labels: Labels, by: number): void; lines(): string[] } {
  const values = new Map<string, number>();
  return {
    add(labels, by) {
      const key = shown(labels);
      values.set(key, (values.get(key) ?? 0) + by);
    },
    lines: () => [...head(name, "counter", help), ...[...values].map(([key, value]) => `${name}${key} ${value}`)],
  };
}

function histogram(
  name: string,
  help: string,
  bounds: readonly number[],
): { observe(labels: Labels, value: number): void; lines(): string[] } {
  const series = new Map<string, { readonly labels: Labels; readonly counts: number[]; sum: number }>();
  return {
    observe(labels, value) {
      const key = shown(labels);
      let found = series.get(key);
      if (found === undefined) {
        found = { labels, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
        series.set(key, found);
      }
      const place = bounds.findIndex((bound) => value <= bound);
      found.counts[place < 0 ? bounds.length : place]! += 1;
      found.sum += value;
    },
    lines: () => [
      ...head(name, "histogram", help),
      ...[...series.values()].flatMap(({ labels, counts, sum }) => {
        let total = 0;
        const buckets = counts.map((count, i) => {
          total += count;
          return `${name}_bucket${shown({ ...labels, le: bounds[i] ?? "+Inf" })} ${total}`;
        });
        return [...buckets, `${name}_sum${shown(labels)} ${sum}`, `${name}_count${shown(labels)} ${total}`];
      }),
    ],
  };
}
