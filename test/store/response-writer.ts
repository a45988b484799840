/** @file A process that stores answers until it is killed, and says of each when it is stored. */

import { openResponseCache } from "../../src/store/response-cache.js";

const cache = await openResponseCache(process.argv[2]!);
for (let i = 0; ; i++) {
  await cache.set(`key-${i}`, {
    text: `answer ${i}`,
    finish: "stop",
    usage: { inputTokens: i, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
    latencySeconds: i / 1000,
    servedBy: "model",
  });
  process.stdout.write(`${i}\n`);
}
