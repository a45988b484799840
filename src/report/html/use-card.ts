import { type Markup, markup } from "../markup.js";
import type { UseIt } from "../use-it.js";

/** Where the files of what is advised are, and what to type to use them. */
export function useCard({ approach, isAdvised, folder, command, code }: UseIt): Markup {
  return markup`<div class="card">${!isAdvised && markup`<p>Nothing was chosen. This is the best of what was fine-tuned, if you want it all the same.</p>`}<p><bdi>${approach}</bdi>: its files are in <code>${folder}</code>.</p><p>To label rows with it:</p>${block("Command", [command])}${
    code.length > 0 && markup`<p>In Node:</p>${block("Code", code)}`
  }</div>`;
}

/** Scrolls sideways by itself: what is to be copied is not wrapped. */
function block(name: string, lines: readonly string[]): Markup {
  // A line feed within a text would become a space.
  const code = lines.map((line, i) => markup`${i > 0 && markup`\n`}${line}`);
  return markup`<pre class="scroll" role="region" aria-label="${name}" tabindex="0"><code>${code}</code></pre>`;
}
