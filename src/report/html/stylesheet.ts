/** @file The page's style: one sheet, light and dark, screen, phone and paper. Charts take their colors from it too. */

/** CSS of the whole page. The page's content security policy allows this text alone, by its hash. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --ink: #1b1c20; --muted: #595d66; --line: #e2e3e7; --wash: #f1f2f4; --field: #84888f; --shade: #0000002e;
  --tune: #0a58b8; --prompt: #ad4300; --hybrid: #7a3fb0; --baseline: #676c76; --good: #17713f; --warn: #8a5a00; --bad: #b3261e; --on-strong: #ffffff; --on-mid: #1b1c20;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #121316; --card: #1a1c20; --ink: #e9eaee; --muted: #a6aab4; --line: #32353d; --wash: #23262c; --field: #7d828d; --shade: #000000a0;
    --tune: #74b4ff; --prompt: #ffa05f; --hybrid: #cba6ff; --baseline: #9ca2ad; --good: #61d396; --warn: #e5b84a; --bad: #ff8a80; --on-strong: #121316; --on-mid: #121316;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main, header.top, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header.top { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 6px; }
h2 { font-size: 21px; line-height: 1.3; letter-spacing: -0.01em; margin: 52px 0 6px; }
h3 { font-size: 16px; margin: 0 0 4px; }
p { margin: 0 0 10px; }
.lead, .note { color: var(--muted); }
.note { font-size: 14px; max-width: 76ch; }
a { color: var(--tune); }
nav { margin: 16px 0 0; font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; }
code { font: 0.88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--wash); border-radius: 4px; padding: 2px 6px; }
.answer { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--baseline); border-radius: 10px; padding: 24px 28px; margin-top: 24px; }
.answer.tune { border-left-color: var(--tune); }
.answer.prompt { border-left-color: var(--prompt); }
.skip { position: absolute; left: -999px; } .skip:focus { left: 12px; top: 12px; background: var(--card); padding: 8px 14px; z-index: 1; }
.answer .headline { font-size: 22px; line-height: 1.4; font-weight: 600; letter-spacing: -0.005em; margin: 10px 0 8px; max-width: 62ch; }
.badge { display: inline-block; font-size: 13px; font-weight: 600; border: 1px solid currentColor; border-radius: 999px; padding: 1px 11px; }
.badge.good { color: var(--good); } .badge.unsure { color: var(--warn); } .badge.bad { color: var(--bad); }
ul.findings { list-style: none; margin: 14px 0 0; padding: 0; display: grid; gap: 10px; }
.answer ul.findings { border-top: 1px solid var(--line); padding-top: 16px; }
ul.findings strong { display: block; font-size: 15px; }
ul.findings li { font-size: 15px; line-height: 1.5; padding-left: 14px; border-left: 3px solid var(--line); }
.cautions li { border-left-color: var(--warn); }
.columns { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); align-items: start; margin-top: 20px; }
/* At first what is out of sight is not laid out, so that the page opens sooner. The page's script ends that at once: a screen reader would miss it. */
@media screen and (scripting: enabled) { html:not(.ready) main > section:not(.answer, .compared) { content-visibility: auto; contain-intrinsic-size: auto 900px; } }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px; min-width: 0; }
.card h2 { margin: 0 0 4px; font-size: 17px; }
ol.steps { margin: 12px 0 0; padding-left: 20px; font-size: 15px; }
ol.steps li { margin-bottom: 10px; } ol.steps code { display: inline-block; margin-top: 3px; }
.wide-card { grid-column: 1 / -1; }
pre { padding: 10px 14px; } pre.scroll { background: var(--wash); border-radius: 6px; } pre code { background: none; padding: 0; }
figure { margin: 0; } figcaption { margin-bottom: 12px; } figure .note { margin: 12px 0 0; } figcaption p { font-size: 14px; color: var(--muted); margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 20px; align-items: start; margin-top: 16px; }
.narrow { display: none; }
@media (min-width: 1080px) { .spread { display: grid; grid-template-columns: 760px 1fr; gap: 0 26px; } .spread figcaption { order: 2; } }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--muted); font-size: 11px; } svg .chosen { font-weight: 700; }
svg .grid { stroke: var(--line); } svg .bar { stroke: var(--muted); stroke-width: 2; opacity: 0.55; }
svg .mark { stroke: var(--card); stroke-width: 1.5; }
svg .mark.tune, svg .off.tune, svg .right { fill: var(--tune); } svg .mark.prompt, svg .off.prompt, svg .wrong { fill: var(--prompt); } svg .mark.hybrid, svg .off.hybrid { fill: var(--hybrid); } svg .mark.baseline, svg .off.baseline { fill: var(--baseline); }
svg .whisker, svg .line { fill: none; stroke-width: 2; } svg .line { stroke-width: 2.5; }
svg .whisker.tune, svg .line.tune { stroke: var(--tune); } svg .whisker.prompt, svg .line.prompt { stroke: var(--prompt); } svg .whisker.hybrid, svg .line.hybrid { stroke: var(--hybrid); } svg .whisker.baseline, svg .line.baseline { stroke: var(--baseline); }
svg .enough { fill: none; stroke-width: 1.5; } line.enough { stroke-dasharray: 2 3; } svg .enough.tune { stroke: var(--tune); } svg .enough.prompt { stroke: var(--prompt); } svg .enough.hybrid { stroke: var(--hybrid); } svg .enough.baseline { stroke: var(--baseline); }
svg .line.muted { stroke-opacity: 0.5; stroke-width: 1.5; } svg .whisker.muted { stroke-opacity: 0.5; } svg .line.extended { stroke-dasharray: 5 4; }
svg .band { fill-opacity: 0.16; } svg .band.extended { fill-opacity: 0.07; } svg .band.tune { fill: var(--tune); } svg .band.prompt { fill: var(--prompt); } svg .band.hybrid { fill: var(--hybrid); } svg .band.baseline { fill: var(--baseline); }
svg .labels-interval { stroke: var(--ink); stroke-width: 5; } svg .labels-end { fill: var(--ink); } svg .crossing.guess { stroke: var(--muted); stroke-dasharray: 1 4; }
svg .margin { fill: var(--baseline); fill-opacity: 0.25; } svg .zero { stroke: var(--muted); }
svg .line.faint { stroke-opacity: 0.3; stroke-width: 1; }
svg .front { fill: none; stroke: var(--muted); stroke-dasharray: 4 4; } svg .leader { stroke: var(--muted); stroke-width: 1; } svg .crossing { stroke: var(--ink); stroke-dasharray: 3 3; } svg .line.dashed { stroke-dasharray: 6 4; }
svg .cell-tune { fill: var(--tune); } svg .cell-prompt { fill: var(--prompt); }
svg .back { fill: var(--wash); } svg .plate { fill: var(--card); fill-opacity: 0.88; } svg .cell { font-size: 11px; } svg .cell.deep { fill: var(--on-strong); font-weight: 600; } svg .cell.mid { fill: var(--on-mid); font-weight: 600; }
svg .name { paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--muted); margin: 12px 0 0; }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
.scroll { overflow-x: auto; margin-top: 14px; background: linear-gradient(to right, var(--card) 40%, transparent) left / 36px 100% local, linear-gradient(to left, var(--card) 40%, transparent) right / 36px 100% local, linear-gradient(to right, var(--shade), transparent) left / 12px 100% scroll, linear-gradient(to left, var(--shade), transparent) right / 12px 100% scroll, var(--card); background-repeat: no-repeat; border: 1px solid var(--line); border-radius: 10px; }
.scroll:focus-visible { outline: 2px solid var(--tune); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.45; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 12px 14px 0; color: var(--muted); font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 10px 9px; border-top: 1px solid var(--line); overflow-wrap: break-word; }
thead th, thead td { border-top: 0; }
thead th { font-size: 13px; font-weight: 600; color: var(--muted); vertical-align: bottom; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; } thead th.number { white-space: normal; } .scroll + .note { margin-top: 10px; }
.scroll th:last-child, .scroll td:last-child { padding-right: 18px; } .scroll th:first-child { padding-left: 18px; }
.nowrap { white-space: nowrap; }
tr.chosen th, tr.chosen td { background: var(--wash); }
.tune-name { color: var(--tune); } .prompt-name { color: var(--prompt); } .hybrid-name { color: var(--hybrid); } .baseline-name { color: var(--baseline); }
.detail { display: block; color: var(--muted); font-size: 13px; font-weight: 400; margin-top: 2px; }
.scroll td .detail { min-width: 130px; }
.id { color: var(--muted); font-size: 13px; font-weight: 400; }
.compared { margin: 16px 0 0; } .compared ul { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 10px 20px; margin: 0; padding: 0; max-width: none; } .compared details ul { margin-top: 8px; }
.filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 158px), 1fr)); gap: 10px 14px; align-items: end; margin-top: 14px; font-size: 14px; }
.filters label { display: grid; gap: 3px; min-width: 0; } .filters label:has([type="search"]) { grid-column: span 2; } .filters label > span { color: var(--muted); font-size: 13px; }
.filters :is(input, select, button), .pages button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--field); border-radius: 6px; padding: 5px 9px; width: 100%; min-width: 0; height: 36px; } .filters button, .pages button { width: auto; justify-self: start; }
.filters input[type="checkbox"] { width: 18px; height: 18px; margin: 9px 0; justify-self: start; } .filters button, .pages button { cursor: pointer; } .pages button:disabled { color: var(--muted); cursor: default; }
:is(.filters, .pages) :focus-visible, a:focus-visible { outline: 2px solid var(--tune); outline-offset: 2px; }
nav.pages { align-items: center; margin-top: 12px; } #explorer .note { margin: 12px 0 0; } [hidden] { display: none !important; }
.value { font-weight: 600; } .missing { color: var(--muted); font-style: italic; }
.factors { table-layout: fixed; min-width: 620px; } .factors th:first-child { width: 21%; }
.few :is(th, td, bdi) { color: var(--muted); font-weight: 400; }
.card > div + div { margin-top: 22px; }
.label { min-width: 90px; max-width: 260px; overflow-wrap: break-word; }
.text { min-width: 280px; max-width: 560px; white-space: pre-wrap; overflow-wrap: anywhere; }
.ok { color: var(--good); font-weight: 600; } .no { color: var(--warn); font-weight: 600; }
details { margin-top: 14px; } summary { cursor: pointer; font-weight: 600; font-size: 15px; padding: 4px 0; }
summary:focus-visible { outline: 2px solid var(--tune); outline-offset: 2px; }
dl { display: grid; grid-template-columns: minmax(130px, max-content) 1fr; gap: 6px 20px; font-size: 14px; margin: 14px 0 0; }
dt { color: var(--muted); } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; } dd code { display: inline-block; max-width: 100%; }
main section:not(.compared) > ul:not(.findings) { margin: 10px 0 0; padding-left: 20px; font-size: 15px; max-width: 90ch; } main section:not(.compared) > ul:not(.findings) li { margin-bottom: 6px; } section > h3 { margin-top: 18px; }
footer { padding-top: 36px; padding-bottom: 48px; color: var(--muted); font-size: 13px; }
@media (max-width: 960px) {
  .scroll table { font-size: 13px; } th, td { padding: 9px 5px; } .nowrap { white-space: normal; } .scroll td .detail { min-width: 100px; } .interval { display: block; } .text { min-width: 200px; }
}
@media (max-width: 800px) {
  .scroll table { font-size: 12.5px; } th, td { padding: 9px 3px; } .factors :is(th, td) { padding: 9px 8px; } .scroll th:first-child { padding-left: 10px; } .scroll th:last-child, .scroll td:last-child { padding-right: 10px; } thead th { font-size: 12.5px; }
}
@media (max-width: 640px) {
  body { font-size: 15px; }
  main, header.top, footer { padding-left: 16px; padding-right: 16px; } header.top { padding-top: 24px; }
  h1 { font-size: 25px; } h2 { margin-top: 40px; }
  .answer { padding: 18px 18px; } .answer .headline { font-size: 18px; }
  .card { padding: 16px 15px; } .wide { display: none; } .narrow { display: block; }
  th, td { padding: 9px 7px; } .scroll th:first-child { padding-left: 11px; } .scroll th:last-child, .scroll td:last-child { padding-right: 11px; } .scroll .label { min-width: 84px; }
  .nowrap { white-space: normal; } .scroll tbody th:has([class$="-name"]) { min-width: 165px; max-width: 170px; }
  .card .scroll tbody th { min-width: 104px; } .card .scroll :is(th, td) { padding: 8px 5px; } .card .scroll :is(th, td).label { min-width: 84px; }
  .stacked, .stacked :is(tbody, tr, th, td) { display: block; } .stacked thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .scroll .stacked tbody th { border-top: 1px solid var(--line); padding: 9px 11px 4px; min-width: 0; max-width: none; } .scroll .stacked tbody tr:first-child th { border-top: 0; }
  .scroll .stacked td { display: flow-root; border: 0; padding: 2px 11px 2px 124px; min-width: 0; max-width: none; text-align: left; white-space: normal; } .stacked tr :is(td, th):last-child { padding-bottom: 10px; }
  .stacked th[data-name]::after { content: " " attr(data-name); }
  .stacked td::before { content: attr(data-name); float: left; width: 106px; margin-left: -113px; color: var(--muted); overflow-wrap: break-word; } .scroll .stacked td.text { padding-left: 11px; } .stacked td.text::before { display: none; }
  .factors { min-width: 0; } .factors, .factors tbody, .factors tr, .factors th, .factors td { display: block; } .factors thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .factors th:first-child { width: auto; background: var(--wash); } .factors td { border-top: 1px dashed var(--line); }
  .factors td::before { content: attr(data-name); display: block; font-size: 12px; color: var(--muted); }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
}
@page { margin: 14mm 12mm; }
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --wash: #f0f0f0; --tune: #0a58b8; --prompt: #ad4300; --hybrid: #7a3fb0; --baseline: #555; --good: #17713f; --warn: #8a5a00; --bad: #b3261e; --on-strong: #fff; --on-mid: #000; }
  #explorer { display: none; } #rows-without-script[hidden] { display: block !important; }
  body { font-size: 10pt; orphans: 3; widows: 3; } h1 { font-size: 20pt; } h2 { font-size: 14pt; margin-top: 22px; } nav, .skip { display: none; } main, header.top, footer { max-width: none; padding: 0; } .note, figcaption p, .legend, ul.findings li, ol.steps, dl, .compared .detail { font-size: 9pt; max-width: none; } .answer .headline { font-size: 14pt; max-width: none; }
  .answer, .card { padding: 12px 14px; } .card, figure, tr, .answer, .findings li, .steps li { break-inside: avoid; } thead { break-inside: avoid; break-after: avoid; } h2, h3, figcaption, summary, p:has(+ :is(.scroll, .few, figure, .figures, pre)) { break-after: avoid; } p { break-inside: avoid; } .legend { break-before: avoid; } .scroll { overflow: visible; background: none; border: 0; }
  /* Where a browser knows no such part of a folded element, the page's script unfolds it. */
  details::details-content { content-visibility: visible; block-size: auto; } summary { list-style: none; }
  .scroll table { font-size: 7.5pt; } .scroll :is(.detail, thead th) { font-size: inherit; } th, td { padding: 4px 4px; } .nowrap { white-space: normal; } .interval { display: block; } .text, .label, .scroll td .detail, .factors { min-width: 0; } .label, .id, .text { overflow-wrap: anywhere; } tr.chosen :is(th, td) { font-weight: 700; }
  /* Beside each other charts are as narrow as on a phone, and drawn for that. */
  .figures, .columns { grid-template-columns: 1fr 1fr; gap: 10px; } .figures .wide { display: none; } .figures .narrow { display: block; } pre code { white-space: pre-wrap; overflow-wrap: anywhere; } a { color: inherit; text-decoration: none; }
}
`;
