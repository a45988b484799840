/** @file Who may import whom. Data flows one way; `architecture.test.ts` reads this table. */

export const layers = [
  "types",
  "lib",
  "data",
  "autodiff",
  "tune",
  "engines",
  "store",
  "prompt",
  "compare",
  "advise",
  "report",
  "hub",
  "transformers",
  "ship",
  "run",
  "label",
  "upkeep",
  "cli",
  "index",
] as const;
export type Layer = (typeof layers)[number];

/** Every layer may also import itself. `tune` and `prompt` never meet, and `compare` can name neither: fairness is a property of the imports. */
export const mayImport: Record<Layer, readonly Layer[]> = {
  types: [],
  lib: ["types"],
  data: ["types", "lib"],
  autodiff: ["lib"],
  tune: ["types", "lib", "data", "autodiff", "hub"],
  engines: ["types", "lib", "data", "tune", "hub"],
  store: ["types", "lib"],
  prompt: ["types", "lib", "data", "store", "hub"],
  compare: ["types", "lib", "data"],
  advise: ["types", "lib", "compare"],
  report: ["types", "lib", "data", "compare", "advise"],
  hub: ["types", "lib"],
  transformers: ["types", "lib", "data", "autodiff", "tune", "hub", "prompt"],
  ship: ["types", "lib", "data", "tune", "store", "prompt", "compare", "advise"],
  run: ["types", "lib", "data", "tune", "engines", "store", "prompt", "compare", "advise", "report", "hub", "ship"],
  label: ["types", "lib", "data", "tune", "engines", "store", "prompt", "compare", "run"],
  upkeep: ["types", "lib", "data", "tune", "store", "prompt", "compare", "ship", "run", "label"],
  cli: ["types", "lib", "data", "tune", "store", "prompt", "compare", "advise", "report", "run", "label", "ship", "upkeep"],
  index: ["types", "lib", "data", "tune", "store", "prompt", "compare", "advise", "report", "ship", "run"],
};

/** Packages that one file alone may import, so that a change of library is a change of one file. */
export const onlyIn: Readonly<Record<string, string>> = {
  "onnxruntime-node": "src/autodiff/session.ts",
  commander: "src/cli/",
  hono: "src/ship/serve/",
  "@hono/node-server": "src/ship/serve/",
  "get-east-asian-width": "src/lib/text/display-width.ts",
};
