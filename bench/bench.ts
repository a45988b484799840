/** @file `npm run bench NAME …`: measurements that take a quiet machine and the peers in Python. Not tests: see `README.md` here. */
import { advice } from "./advice/advice.js";
import { article } from "./article/compare.js";
import { ask } from "./ask/ask.js";
import { prompted } from "./ask/prompted.js";
import { backtest } from "./curves/backtest.js";
import { curves } from "./curves/curves.js";
import { wholeSummary } from "./curves/whole-summary.js";
import { decideAnew } from "./decide/decide.js";
import { distill } from "./distill/distill.js";
import { intervals } from "./intervals/intervals.js";
import { next } from "./next/next.js";
import { predictions } from "./predictions/compare.js";
import { probe } from "./probe/compare.js";
import { prompting } from "./prompting/client.js";
import { labeling } from "./prompting/labeling.js";
import { smsSpam } from "./prompting/sms-spam-table.js";
import { recheck } from "./recheck/recheck.js";
import { serve } from "./serve/serve.js";
import { serveStop } from "./serve/stop.js";
import { steps } from "./steps/steps.js";

const benchmarks: Readonly<Record<string, (names: readonly string[]) => Promise<void>>> = {
  steps,
  article,
  predictions,
  "sms-spam": smsSpam,
  labeling,
  prompting,
  probe,
  decide: decideAnew,
  curves,
  summary: wholeSummary,
  backtest,
  intervals,
  advice,
  ask,
  next,
  recheck,
  serve,
  "serve-stop": serveStop,
  prompted,
  distill,
};

const [name = "", ...names] = process.argv.slice(2);
const run = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (run === undefined) {
  process.stderr.write(`Name a benchmark: npm run bench ${Object.keys(benchmarks).join(" | ")}\n`);
  process.exitCode = 2;
} else await run(names);
