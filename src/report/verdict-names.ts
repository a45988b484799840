import type { Contrast } from "../types.js";

/** What a verdict is called beside "a − b": the first one is `a`. */
export const verdictNames: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "first is better",
  "b-better": "second is better",
  equivalent: "equivalent",
  undecided: "undecided",
};
