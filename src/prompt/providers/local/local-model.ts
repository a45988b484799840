/** @file A language model in this process as conversations are put to it, whichever engine computes it. */
import type { Ids, LocalEngine } from "../../../types/local-engine.js";
import type { Message, ScoredAnswers } from "../../llm.js";

/** How a prompt is laid out. */
type Layout = ScoredAnswers["layout"];

/** A model in memory. */
export interface LocalModel extends Pick<LocalEngine, "decode" | "maxTokens" | "score" | "generate"> {
  /** The conversation as the model was taught to read it, up to where its answer begins; `plain`: what the messages say, one after the other. */
  render(messages: readonly Message[], layout?: Layout): string;
  /** Of what `render` made in that layout, and what follows it. */
  encode(text: string, layout?: Layout): Ids;
}

/** The model that an engine computes. */
export function localModel(engine: LocalEngine): LocalModel {
  const { renderChat, specialTokens } = engine;
  return {
    maxTokens: engine.maxTokens,
    decode: engine.decode,
    score: engine.score,
    generate: engine.generate,
    render(messages, layout = "chat") {
      const harmless = messages.map(({ role, content }) => ({ role, content: withoutCommands(content, specialTokens) }));
      if (layout === "plain") return harmless.map(({ content }) => content).join("");
      return renderChat === null ? renderPlain(harmless) : conversation(renderChat, harmless);
    },
    // A chat template has the special tokens already.
    encode: (text, layout = "chat") => engine.encode(text, layout === "plain" || renderChat === null),
  };
}

/** By the model's own template. */
function conversation(render: NonNullable<LocalEngine["renderChat"]>, messages: readonly Message[]): string {
  try {
    return render(messages);
  } catch (error) {
    // Some templates know no system message: it then begins the first turn.
    const [system, head, ...rest] = messages;
    if (system?.role !== "system" || head === undefined) throw error;
    return render([{ role: head.role, content: `${system.content}\n\n${head.content}` }, ...rest]);
  }
}

/** A text of the data that holds a special token must not end its own turn: the token is broken in two. */
function withoutCommands(content: string, specialTokens: readonly string[]): string {
  return specialTokens
    .filter((token) => token.length > 1)
    .reduce((text, token) => text.replaceAll(token, () => `${token.slice(0, 1)} ${token.slice(1)}`), content);
}

/** As plain text whose next line is the answer, for a model that was not taught to converse. */
function renderPlain(messages: readonly Message[]): string {
  const parts = messages.map(({ role, content }) => (role === "assistant" ? `Answer: ${content}` : content));
  return [...parts, "Answer: "].join("\n\n");
}
