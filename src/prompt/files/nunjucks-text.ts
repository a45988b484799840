/** @file The templates of promptfoo (Nunjucks), as far as a prompt needs them: text, and places where a variable is filled in. Never executed. */

import { unquoted } from "../../data/promptfoo/promptfoo-tests.js";

/** A template in parts: text, or the name of a variable. */
export type TemplatePart = { readonly text: string } | { readonly variable: string };

/** Text in which a template engine finds nothing to do: each brace that would open something is written as a string. */
export function nunjucksText(text: string): string {
  return text.replace(/\{(?=[{%#])/g, '{{ "{" }}');
}

/**
 * The parts of a template. Understood are `{{ name }}`, strings in place of names, `{% raw %}` and comments; anything else is logic, and
 * comes back as it is written.
 */
export function templateParts(template: string): readonly TemplatePart[] | { readonly logic: string } {
  const parts: TemplatePart[] = [];
  const pattern =
    /\{%-?\s*raw\s*-?%\}([\s\S]*?)\{%-?\s*endraw\s*-?%\}|\{#[\s\S]*?#\}|\{\{-?\s*(?:"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|(\w+))\s*-?\}\}|(\{[{%][\s\S]*?(?:[}%]\}|$))/g;
  let end = 0;
  const add = (text: string): void => {
    if (text !== "") parts.push({ text });
  };
  for (const match of template.matchAll(pattern)) {
    const [whole, raw, double, single, variable, logic] = match;
    if (logic !== undefined) return { logic };
    add(template.slice(end, match.index));
    end = match.index + whole.length;
    if (variable !== undefined) parts.push({ variable });
    else add(raw ?? unquoted(double ?? single ?? ""));
  }
  add(template.slice(end));
  return parts;
}
