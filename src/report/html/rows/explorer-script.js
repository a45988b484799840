// The table of all test rows in the report: search, filters, order and pages, kept in the page's address (#rows?truth=refund&wrong=...), so that what
// is seen can be shared. Text from data is set by textContent alone. Without this script the page shows tables that stand in its place.

(() => {
  /** @typedef {import("./row-data.js").RowData} RowData */
  /** @typedef {readonly number[] | number} Coded */
  const [mount, fallback, source] = ["explorer", "rows-without-script", "row-data"].map((id) => document.getElementById(id));
  if (!mount || !fallback || !source) return;
  /** @type {RowData} */
  const data = JSON.parse(source.textContent ?? "");
  const { labels, ids, order, texts, truths, pair, approaches } = data;
  const rowsOnPage = 25;
  const none = "(none)";

  /** @param {Coded} coded @returns {readonly number[]} */
  const places = (coded) => (typeof coded === "number" ? [coded] : coded);
  /** @param {Coded} coded */
  const named = (coded) =>
    places(coded)
      .map((place) => labels[place] ?? "?")
      .join(", ") || none;
  /** @param {Coded | string | null} answer @param {string} label */
  const holds = (answer, label) =>
    answer !== null &&
    (typeof answer === "string"
      ? label === "no answer" && answer !== data.unasked
      : label === none
        ? places(answer).length === 0
        : places(answer).some((place) => labels[place] === label));

  /**
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag @param {string} [className] @param {...(Node | string)} content
   */
  function make(tag, className = "", ...content) {
    const element = document.createElement(tag);
    if (className !== "") element.className = className;
    element.append(...content);
    return element;
  }
  /** Text whose direction of writing touches nothing around it. @param {string} text */
  function isolated(text) {
    const element = document.createElement("bdi");
    element.textContent = text;
    return element;
  }
  /** A label, which may break after an underscore and the like. @param {string} label */
  function breakable(label) {
    const element = document.createElement("bdi");
    for (const part of label.split(/(?<=[_\-./:@])/)) element.append(part, document.createElement("wbr"));
    return element;
  }

  // What can be asked for, each a control and a part of the address.
  /** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
  const controls = new Map();
  const form = make("form", "filters");
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Rows");
  /** @param {string} name @param {string} title @param {HTMLInputElement | HTMLSelectElement} control */
  function addControl(name, title, control) {
    control.name = name;
    controls.set(name, control);
    form.append(make("label", "", make("span", "", title), control));
  }
  /** @param {string} name @param {string} title @param {readonly (readonly [string, string])[]} options */
  function addSelect(name, title, options) {
    const select = make("select");
    for (const [value, text] of options) select.append(new Option(text, value));
    addControl(name, title, select);
  }
  const search = make("input");
  search.type = "search";
  addControl("q", texts ? "Find in texts and answers" : "Find in ids and answers", search);
  const byApproach = approaches.map(({ id, name }) => /** @type {const} */ ([id, name]));
  if (pair.length > 1) {
    addSelect("show", "Show", [
      ["", "all rows"],
      ["alike", "both wrong with the same answer: is the label wrong?"],
      ["wrong", "both wrong"],
      ["differ", "the two differ"],
    ]);
  }
  addSelect("wrong", "Wrong by", [["", "–"], ...byApproach]);
  addSelect("right", "Right by", [["", "–"], ...byApproach]);
  const hasNone = truths.some((truth) => places(truth).length === 0);
  const labelOptions = [...labels, ...(hasNone ? [none] : [])].map((label) => /** @type {const} */ ([label, label]));
  addSelect("truth", "True label", [["", "any"], ...labelOptions]);
  addSelect("said", "Answer", [["", "any"], ...labelOptions, ["no answer", "no answer"]]);
  addSelect("by", "Answered by", [["", "any approach"], ...byApproach]);
  addSelect("sort", "Order", [
    ["", pair.length > 1 ? "suspected label errors first" : "wrong ones first"],
    ["file", "as in the test set"],
    ["sure", "surest first"],
    ["unsure", "least sure first"],
    ...(texts ? [/** @type {const} */ (["longest", "longest text first"])] : []),
  ]);
  const everybody = make("input");
  everybody.type = "checkbox";
  addControl("all", "All approaches", everybody);
  const clear = make("button", "", "Clear");
  clear.type = "button";
  form.append(clear);

  const status = make("p", "note");
  status.setAttribute("role", "status");
  const table = make("table", "stacked");
  const region = make("div", "scroll", table);
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", "Test rows");
  const [previous, next] = ["Previous", "Next"].map((text) => make("button", "", text));
  const where = make("span");
  const pages = make("nav", "pages", previous, where, next);
  pages.setAttribute("aria-label", "Pages of rows");
  mount.append(form, status, region, pages);

  /** @param {string} name */
  const asked = (name) => {
    const control = controls.get(name);
    return control === undefined ? "" : control === everybody ? (everybody.checked ? "1" : "") : control.value;
  };
  /** @param {string} name */
  const approachOf = (name) => approaches.find(({ id }) => id === asked(name));
  let page = 0;

  function writeAddress() {
    const parts = new URLSearchParams();
    for (const name of controls.keys()) if (asked(name) !== "") parts.set(name, asked(name));
    if (page > 0) parts.set("page", String(page + 1));
    history.replaceState(null, "", `#rows${parts.size > 0 ? `?${parts}` : ""}`);
  }
  /** Whether the address asks for rows. */
  function readAddress() {
    const [section, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    if (section !== "rows") return false;
    const parts = new URLSearchParams(query);
    for (const [name, control] of controls) control.value = parts.get(name) ?? "";
    // What is no option, as in the address of another report, would leave the control empty.
    for (const control of form.querySelectorAll("select")) if (control.selectedIndex < 0) control.selectedIndex = 0;
    everybody.value = "1";
    everybody.checked = parts.has("all");
    page = Math.max(0, Number(parts.get("page") ?? 1) - 1) || 0;
    return query !== "";
  }

  /** @type {string[] | undefined} */
  let haystacks;
  /** @param {number} row */
  function haystack(row) {
    haystacks ??= ids.map((id, i) =>
      [id, texts?.[i] ?? "", ...approaches.map(({ raw }) => raw[i] ?? "")].join("\n").toLowerCase(),
    );
    return haystacks[row];
  }
  /** @type {Record<string, (row: number) => boolean>} */
  const shows = {
    wrong: (row) => pair.every((place) => approaches[place].marks[row] === 0),
    differ: (row) =>
      answerKey(pair[0], row) !== answerKey(pair[1], row) && pair.every((place) => approaches[place].marks[row] >= 0),
    alike: (row) =>
      shows["wrong"](row) &&
      typeof approaches[pair[0]].answers[row] !== "string" &&
      answerKey(pair[0], row) === answerKey(pair[1], row),
  };
  /** @param {number} place @param {number} row */
  function answerKey(place, row) {
    const answer = approaches[place].answers[row];
    return answer === null || typeof answer === "string" ? "no answer" : [...places(answer)].sort((a, b) => a - b).join();
  }

  function found() {
    const [wrong, right, by, truth, said] = [
      approachOf("wrong"),
      approachOf("right"),
      approachOf("by"),
      asked("truth"),
      asked("said"),
    ];
    const show = shows[asked("show")];
    const words = asked("q").toLowerCase();
    const speakers = by === undefined ? approaches : [by];
    const rows = ids.flatMap((_, row) => {
      const isFound =
        (wrong === undefined || wrong.marks[row] === 0) &&
        (right === undefined || right.marks[row] === 1) &&
        (show === undefined || show(row)) &&
        (truth === "" || holds(truths[row], truth)) &&
        (said === "" || speakers.some(({ answers }) => holds(answers[row], said))) &&
        (words === "" || haystack(row).includes(words));
      return isFound ? [row] : [];
    });
    const sure = (by ?? wrong ?? right ?? approaches.find(({ confidence }) => confidence.some((value) => value !== null)))
      ?.confidence;
    /** @type {Record<string, (a: number, b: number) => number>} */
    const orders = {
      file: (a, b) => order[a] - order[b],
      sure: (a, b) => (sure?.[b] ?? -1) - (sure?.[a] ?? -1),
      unsure: (a, b) => (sure?.[a] ?? 1001) - (sure?.[b] ?? 1001),
      longest: (a, b) => (texts?.[b].length ?? 0) - (texts?.[a].length ?? 0),
    };
    return asked("sort") in orders ? rows.sort(orders[asked("sort")]) : rows;
  }

  /** @param {RowData["approaches"][number]} approach @param {number} row */
  function answerCell({ name, answers, marks, confidence, raw }, row) {
    const answer = answers[row];
    const text = answer === null ? "–" : typeof answer === "string" ? answer : named(answer);
    const sign = marks[row] === 1 ? "✓\u00a0" : marks[row] === 0 ? "✗\u00a0" : "";
    const cell = make(
      "td",
      "label",
      make("span", marks[row] === 1 ? "ok" : marks[row] === 0 ? "no" : "missing", sign, breakable(text)),
    );
    cell.dataset["name"] = name;
    const sure = confidence[row];
    if (sure !== null) cell.append(make("span", "detail", `${(sure / 10).toFixed(0)}% sure`));
    if (raw[row] !== undefined) {
      const isCut = data.rawCutAt !== undefined && raw[row].endsWith("…") && raw[row].length > data.rawCutAt - 5;
      cell.append(
        make("span", "detail", isCut ? `said (the first ${data.rawCutAt} characters): ` : "said: ", isolated(raw[row])),
      );
    }
    return cell;
  }

  /** The pair and those that are asked for; the others where there is room, or they are wanted. */
  function shownApproaches() {
    const asking = [approachOf("by"), approachOf("wrong"), approachOf("right")].flatMap((approach) => approach ?? []);
    const first = new Set([...pair.map((place) => approaches[place]), ...asking]);
    const others = approaches.filter((approach) => !first.has(approach));
    const candidates = others.filter(({ arm }) => arm !== "baseline");
    const room = innerWidth >= 1200 ? 3 - first.size : 1 - first.size;
    return [...first, ...(everybody.checked ? others : candidates.slice(0, Math.max(0, room)))];
  }

  /** @returns {readonly (readonly [string, Iterable<Element>])[]} */
  const roles = () => [
    ["table", [table]],
    ["rowgroup", table.children],
    ["row", table.rows],
    ["columnheader", table.querySelectorAll("thead th")],
    ["rowheader", table.querySelectorAll("tbody th")],
    ["cell", table.querySelectorAll("td")],
  ];

  function render() {
    const rows = found();
    const last = Math.max(0, Math.ceil(rows.length / rowsOnPage) - 1);
    page = Math.min(page, last);
    const shown = shownApproaches();
    const head = make("tr");
    const titles = ["Row", ...(texts ? ["Text"] : []), "True label"].map((text) => make("th", "", text));
    head.append(...titles, ...shown.map(({ name, arm }) => make("th", `${arm}-name`, isolated(name))));
    for (const cell of head.children) cell.setAttribute("scope", "col");
    const body = rows.slice(page * rowsOnPage, (page + 1) * rowsOnPage).map((row) => {
      const id = make("th", "label", breakable(ids[row]));
      id.setAttribute("scope", "row");
      const truth = make("td", "label", breakable(named(truths[row])));
      truth.dataset["name"] = "True label";
      return make(
        "tr",
        "",
        id,
        ...(texts ? [make("td", "text", isolated(texts[row]))] : []),
        truth,
        ...shown.map((each) => answerCell(each, row)),
      );
    });
    table.replaceChildren(make("thead", "", head), make("tbody", "", ...body));
    // On a phone the style sheet makes blocks of cells, which a screen reader then takes for no table unless it is said.
    for (const [kind, elements] of roles()) for (const element of elements) element.setAttribute("role", kind);
    status.textContent = `${rows.length.toLocaleString("en")} of ${ids.length.toLocaleString("en")} rows`;
    where.textContent = `page ${page + 1} of ${last + 1}`;
    previous.disabled = page === 0;
    next.disabled = page === last;
    pages.hidden = last === 0;
  }

  function changed() {
    page = 0;
    writeAddress();
    render();
  }
  /** @param {number} by */
  function turn(by) {
    page += by;
    writeAddress();
    render();
    region.scrollIntoView({ block: "start" });
    // A button that can't be pressed any more would keep no focus: whoever reads by keyboard would be thrown to the page's start.
    if (previous.disabled || next.disabled) region.focus({ preventScroll: true });
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    form.reset();
    changed();
  });
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  function followAddress() {
    const isAsked = readAddress();
    render();
    if (isAsked) document.getElementById("rows")?.scrollIntoView();
  }
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#rows")) followAddress();
  });
  // On paper nothing is folded. Where the style sheet can't see to that, it is opened and closed again.
  if (!CSS.supports("selector(::details-content)")) {
    /** @type {HTMLDetailsElement[]} */
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = [...document.querySelectorAll("details")].filter((each) => !each.open);
      for (const each of folded) each.open = true;
    });
    addEventListener("afterprint", () => {
      for (const each of folded) each.open = false;
    });
  }
  mount.hidden = false;
  fallback.hidden = true;
  followAddress();
  // Once what is in sight has been painted the rest is laid out, and what the address asks for moves.
  requestAnimationFrame(() =>
    setTimeout(() => {
      document.documentElement.classList.add("ready");
      if (location.hash !== "") document.getElementById(location.hash.slice(1).split("?")[0])?.scrollIntoView();
    }),
  );
})();
