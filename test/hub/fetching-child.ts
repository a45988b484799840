/** @file A process that fetches a model and is killed meanwhile. */
import { fetchModel } from "../../src/hub/hub.js";

const [url, home, token] = process.argv.slice(2);
await fetchModel("org/tiny", {
  env: { HF_ENDPOINT: url, HF_HOME: home, HF_TOKEN: token, HF_HUB_DOWNLOAD_TIMEOUT: "60" },
  signal: new AbortController().signal,
  log: (event) => process.stdout.write(`${event.kind}\n`),
});
