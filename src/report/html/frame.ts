/** @file What is around every page: a head that forbids to load anything, one style sheet, and the way to the main part by keyboard. */
import { createHash } from "node:crypto";
import { type Content, type Markup, markup, markupSource, trusted } from "../markup.js";
import { stylesheet } from "./stylesheet.js";

export interface PageParts {
  readonly title: string;
  /** The heading, and what stands below it. */
  readonly header: Content;
  /** Sections; one of them has the id `answer`. */
  readonly main: Content;
  readonly footer: string;
  /** The one script that may run, with the element that holds it. */
  readonly script?: { readonly source: string; readonly element: Markup };
}

/** A whole page. It asks nothing of the network, and its policy forbids that and every script but its own. */
export function pageSource({ title, header, main, footer, script }: PageParts): string {
  const page = markup`<!doctype html>
<html lang="en"${script === undefined && markup` class="ready"`}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(script?.source)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${trusted(stylesheet)}</style>
</head>
<body>
<a class="skip" href="#answer">To the answer</a>
<header class="top">${header}</header>
<main>
${main}
</main>
<footer>${footer}</footer>
${script?.element}
</body>
</html>
`;
  return markupSource(page);
}

/** Nothing may be loaded; of styles this page's own sheet counts, of scripts the one that is named. */
function contentSecurityPolicy(script: string | undefined): string {
  const scripts = script === undefined ? "" : `script-src ${hashOf(script)}; `;
  return `default-src 'none'; style-src ${hashOf(stylesheet)}; ${scripts}base-uri 'none'; form-action 'none'`;
}

function hashOf(source: string): string {
  return `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
}
