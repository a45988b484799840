import { type Markup, markup } from "../markup.js";
import type { UseIt } from "../use-it.js";
import { codeBlock } from "./elements.js";

/** Where the files of what is advised are, and what to type to use them. */
export function useCard({ approach, isAdvised, folder, ask, serve, command, code }: UseIt): Markup {
  return markup`<div class="card">${!isAdvised && markup`<p>Nothing was chosen. This is the best of what was fine-tuned, if you want it all the same.</p>`}<p><bdi>${approach}</bdi>: its files are in <code>${folder}</code>.</p>${
    ask !== undefined && markup`<p>To ask it about a text:</p>${codeBlock("Command for a text", [ask])}`
  }<p>To label rows with it:</p>${codeBlock("Command for rows", [command])}${serve !== undefined && markup`<p>To serve it over HTTP:</p>${codeBlock("Command to serve it", [serve])}`}${
    code.length > 0 && markup`<p>In Node:</p>${codeBlock("Code", code)}`
  }</div>`;
}
