/** @file A language model that knows refunds from logins, and can be made worse while its service goes on. */
import { sha256 } from "../../../src/lib/hash.js";
import { charactersByFour, type SimulatedModel } from "../../servers/simulated-llm/model.js";
import { schemaAnswer } from "../../servers/simulated-llm/schema-answer.js";

/** `wrong` is the share of texts that it answers wrongly: those of a smaller share are among those of a larger one. */
export interface TicketModel extends SimulatedModel {
  wrong: number;
}

export function ticketModel(): TicketModel {
  const model: TicketModel = {
    wrong: 0,
    async answer(messages, { schema }) {
      const text = messages.at(-1)!.content;
      const isRefund = text.includes("money");
      const place = Number.parseInt(sha256(text).slice(0, 8), 16) / 2 ** 32;
      const label = isRefund === place >= model.wrong ? "refund" : "login";
      const content = schema === null ? label : schemaAnswer(schema, { labels: [label], confidence: 1, text: "" });
      return { content, finish: "stop" };
    },
    countTokens: charactersByFour,
  };
  return model;
}
