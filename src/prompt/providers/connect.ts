/** @file What sends requests to a service: by OpenAI's protocol from here, by Anthropic's and Google's through the SDK. Each is loaded when it is needed. */

import type { BatchQueue } from "../batch/batch-queue.js";
import type { BatchService } from "../batch/batch-service.js";
import { batchFetch, batchSend } from "../batch/batch-transport.js";
import { limitedFetch } from "../http/limited-fetch.js";
import type { ChatModel } from "./sdk-llm.js";
import type { Service } from "./services.js";

/** One model, and where it is asked. */
export interface Connection {
  readonly service: Service;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** See `ModelFacts`. */
  readonly isOpenaiThinker: boolean;
}

/** A model that can be asked. `batches`: what its requests go through, in place of the network. */
export async function connect(connection: Connection, batches?: BatchQueue): Promise<ChatModel> {
  const { service, model, baseUrl, apiKey, isOpenaiThinker } = connection;
  const fetch = batches === undefined ? limitedFetch : batchFetch(batches);
  switch (service.protocol) {
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic({ baseURL: baseUrl, apiKey: apiKey ?? "none", fetch }).chat(model);
    }
    case "google": {
      const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
      return createGoogleGenerativeAI({ baseURL: baseUrl, apiKey: apiKey ?? "none", fetch }).chat(model);
    }
    case "openai": {
      const { openaiChat } = await import("./openai-chat.js");
      return openaiChat({
        baseUrl,
        apiKey,
        keyHeader: service.key.header,
        model,
        systemRole: isOpenaiThinker ? "developer" : "system",
        limitName: isOpenaiThinker ? "max_completion_tokens" : service.limitName,
        seedName: service.seedName ?? "seed",
        structure: service.structure,
        ...(batches === undefined ? {} : { send: batchSend(batches) }),
      });
    }
  }
}

/** The batch interface of a service that has one. */
export async function connectBatches({ service, baseUrl, apiKey }: Connection): Promise<BatchService> {
  if (service.protocol === "anthropic") return (await import("../batch/anthropic-batches.js")).anthropicBatches(baseUrl, apiKey);
  return (await import("../batch/openai-batches.js")).openaiBatches(baseUrl, apiKey);
}
