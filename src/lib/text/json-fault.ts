// A string up to its closing quote. No alternation under a star: that would need a stack as deep as the text is long.
const plain = String.raw`[^"\\\u0000-\u001f]*`;
const unclosed = String.raw`"${plain}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${plain})*`;
const scalar = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null`;
const unfinished = new RegExp(String.raw`^(?:${unclosed}(?:\\(?:u[0-9a-fA-F]{0,3})?)?|-|tr?u?|fa?l?s?|nu?l?)$`);

/**
 * Where a text stops being JSON: the offset of the first character that cannot stand there, or the text's length where it merely
 * ends too early. `JSON.parse` says so only in some of its messages, and differently in each version of Node.
 */
export function jsonFaultOffset(text: string): number {
  const space = /[ \t\r\n]*/y;
  const token = new RegExp(String.raw`([{}[\],:])|(${unclosed}")|(${scalar})`, "y");
  const open: ("{" | "[")[] = [];
  let expected: "value" | "value or ]" | "key" | "key or }" | ":" | ", or end" = "value";
  for (let offset = 0; ; offset = token.lastIndex) {
    space.lastIndex = offset;
    space.exec(text);
    const start = space.lastIndex;
    if (start === text.length) return start;
    token.lastIndex = start;
    const match = token.exec(text);
    if (match === null) return unfinished.test(text.slice(start)) ? text.length : start;
    const [, mark, string] = match;
    const inside = open.at(-1);
    switch (expected) {
      case "value":
      case "value or ]":
        if (mark === "{" || mark === "[") {
          open.push(mark);
          expected = mark === "{" ? "key or }" : "value or ]";
        } else if (mark === "]" && expected === "value or ]") {
          open.pop();
          expected = ", or end";
        } else if (mark === undefined) expected = ", or end";
        else return start;
        break;
      case "key":
      case "key or }":
        if (string !== undefined) expected = ":";
        else if (mark === "}" && expected === "key or }") {
          open.pop();
          expected = ", or end";
        } else return start;
        break;
      case ":":
        if (mark !== ":") return start;
        expected = "value";
        break;
      case ", or end":
        if (mark === "," && inside !== undefined) expected = inside === "{" ? "key" : "value";
        else if ((mark === "}" && inside === "{") || (mark === "]" && inside === "[")) open.pop();
        else return start;
    }
  }
}
