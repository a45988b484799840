import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { prompt } from "../../src/prompt/prompt.js";
import { recordingContext } from "../contract/approach.js";
import { startSelfSigned } from "../servers/self-signed.js";
import { failureOf, key, queries, train } from "./ask-server.js";

it.each(["openai:gpt-4o-mini", "anthropic:claude-haiku-4-5"])(
  "sends nothing to a server that cannot be trusted, asking %s, and says what to do",
  async (llm) => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-certificate-"));
    try {
      await using server = await startSelfSigned();
      const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: server.url };
      for (const batch of [undefined, { folder, gatherSeconds: 0.05, pollSeconds: 0.01 }]) {
        const context = recordingContext();
        await using predictor = await prompt({ llm, env, ...(batch === undefined ? {} : { batch }) }).fit(train, context);
        const error = await failureOf(predictor.predict(queries(30), context));
        expect(error).toBeInstanceOf(UserError);
        expect(String(error)).toMatch(/cannot be trusted: .*certificate.* set NODE_EXTRA_CA_CERTS/);
        expect(String(error)).not.toContain(key);
      }
      expect(server.requests).toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
