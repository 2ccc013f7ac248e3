"use strict";
// Takes the place of the table that stands there without it: sorts, filters, pages, and opens a row to all it has.
// Everything that is shown is put in as text, never as markup.
(() => {
  const PAGE = 100;
  const WORDS = { failed: "✗ failed", none: "? no verdict", passed: "✓ passed" };
  const MARKS = { failed: "✗", none: "?", passed: "✓" };
  const ORDER = { failed: 0, none: 1, passed: 2 };

  const section = document.getElementById("evaluations");
  const form = section.querySelector("form");
  const chips = section.querySelector(".chips");
  const count = section.querySelector(".count");
  const pages = section.querySelector(".pages");
  const body = section.querySelector("tbody");
  const heads = [...section.querySelectorAll("thead th")];

  const { variants, short } = JSON.parse(document.querySelector("script.head").textContent);
  const cases = [];
  const checks = [];
  const rows = [];
  let found = [];
  let at = 0;
  let sorted = { key: "", down: false };
  let wanted = {};
  const open = new Set();

  // ---- Building elements

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") Object.entries(value).forEach(([kind, act]) => element.addEventListener(kind, act));
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }

  const textOf = (text) => (text && typeof text === "object" ? text.text : text ?? "");

  function oneLine(text, limit = 200) {
    const line = textOf(text).slice(0, 2 * limit).replace(/\s+/g, " ").trim();
    return line.length > limit ? line.slice(0, limit - 1) + "…" : line;
  }

  function long(text) {
    const parts = [make("div", { class: "text", dir: "auto" }, textOf(text) || "(empty)")];
    if (text && text.more) {
      parts.push(make("p", { class: "note" }, `! ${text.more.toLocaleString("en")} more characters of it stand in the project file only.`));
    }
    return parts;
  }

  const milliseconds = (value) => (value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`);
  const dollars = (value) => (value === 0 || value >= 0.1 ? `$${value.toFixed(2)}` : value >= 0.0001 ? `$${value.toPrecision(2)}` : "<$0.0001");

  // ---- What a row says

  const caseOf = (row) => cases[row.case];
  const checksOf = (row) => row.checks.map((number) => checks[number]);
  const answerOf = (row) => (row.turns ? textOf(row.turns.filter((turn) => turn.role === "assistant").at(-1)?.text) : textOf(row.answer));

  function haystack(row) {
    if (row.hay === undefined) {
      const one = caseOf(row);
      row.hay = [
        one.behavior, textOf(one.expected), ...one.inputs.map(([, value]) => textOf(value)),
        textOf(row.answer), ...(row.turns || []).map((turn) => textOf(turn.text)),
        row.error, row.hint, row.label, ...checksOf(row).map((check) => `${check.type} ${check.reason || ""} ${check.error || ""}`),
      ].filter(Boolean).join("\n").toLowerCase();
    }
    return row.hay;
  }

  const KEYS = {
    verdict: (row) => ORDER[row.verdict],
    input: (row) => caseOf(row).title,
    expected: (row) => textOf(caseOf(row).expected),
    answer: answerOf,
    behavior: (row) => caseOf(row).behavior,
    variant: (row) => row.variant,
    score: (row) => row.score,
    latency_ms: (row) => row.latency_ms,
  };

  const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

  const FILTERS = {
    text: (text) => {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      const id = words.length === 1 && words[0].length >= 6 ? words[0].toUpperCase() : null;
      return (row) => words.every((word) => haystack(row).includes(word)) || (id !== null && caseOf(row).id.endsWith(id));
    },
    verdict: (verdict) => (row) => row.verdict === verdict,
    behavior: (path) => (row) => caseOf(row).behavior === path || caseOf(row).behavior.startsWith(path + "/"),
    variant: (number) => (row) => row.variant === Number(number),
    tag: (tag) => (row) => (caseOf(row).tags || []).includes(tag),
    case: (id) => (row) => caseOf(row).id === id,
    expected: (label) => (row) => same(textOf(caseOf(row).expected), label),
    label: (label) => (row) => same(row.label ?? "(none)", label),
  };

  // ---- Choosing and sorting

  function choose() {
    const tests = Object.entries(wanted).filter(([name, value]) => value && FILTERS[name]).map(([name, value]) => FILTERS[name](value));
    found = rows.filter((row) => tests.every((test) => test(row)));
    if (sorted.key) {
      const key = KEYS[sorted.key];
      const turn = sorted.down ? -1 : 1;
      const words = new Intl.Collator("en", { numeric: true });
      found = found.map((row) => [key(row), row]).sort(([one], [other]) => {
        if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
        return turn * (typeof one === "string" ? words.compare(one, other) : one - other);
      }).map(([, row]) => row);
    }
    at = 0;
    show();
  }

  function show() {
    const few = found.slice(at, at + PAGE);
    body.replaceChildren(...few.flatMap((row) => (open.has(row) ? [line(row), opened(row)] : [line(row)])));
    const many = found.length === rows.length ? `${rows.length.toLocaleString("en")} evaluations` : `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} evaluations`;
    count.textContent = found.length > PAGE ? `${many}, ${(at + 1).toLocaleString("en")} to ${(at + few.length).toLocaleString("en")} shown` : many;
    showPages();
    showChips();
  }

  function showPages() {
    const last = Math.max(Math.ceil(found.length / PAGE) - 1, 0);
    const now = at / PAGE;
    pages.hidden = last === 0;
    const to = (label, words, page) => make("button", {
      type: "button", "aria-label": words, disabled: page < 0 || page > last || page === now ? "" : null,
      on: { click: () => { at = page * PAGE; show(); section.scrollIntoView(); pages.querySelector(`[aria-label="${words}"]`)?.focus(); } },
    }, label);
    pages.replaceChildren(to("«", "First page", 0), to("‹", "Page before", now - 1), make("span", null, `page ${(now + 1).toLocaleString("en")} of ${(last + 1).toLocaleString("en")}`), to("›", "Next page", now + 1), to("»", "Last page", last));
  }

  function showChips() {
    const others = ["case", "expected", "label"].filter((name) => wanted[name]);
    chips.hidden = !others.length;
    chips.replaceChildren(...others.map((name) => make("button", { type: "button", "aria-label": `Remove the filter ${name}`, on: { click: () => tell({ ...wanted, [name]: "" }) } }, `${name}: ${wanted[name]} ✕`)));
  }

  // ---- A row, and what it opens to

  function line(row) {
    const one = caseOf(row);
    const isOpen = open.has(row);
    const cells = [
      make("td", { class: `c-verdict ${row.verdict}` }, make("button", { type: "button", "aria-expanded": String(isOpen) }, WORDS[row.verdict])),
      make("td", { class: "c-input" }, make("bdi", null, one.title || "(empty)")),
      make("td", { class: "c-expected" }, make("bdi", null, oneLine(one.expected, 80))),
      make("td", { class: "c-answer" }, make("bdi", null, row.error ? oneLine(row.error) : oneLine(answerOf(row)))),
      make("td", { class: "c-behavior", title: one.behavior }, one.behavior.split("/").slice(1).join(" / ") || one.behavior),
      make("td", { class: "c-variant", title: variants[row.variant] }, short[row.variant] + (row.repeat ? ` #${row.repeat}` : "")),
      make("td", { class: "c-score n" }, row.score === undefined ? "" : row.score.toFixed(2)),
      make("td", { class: "c-time n" }, row.latency_ms === undefined ? "" : milliseconds(row.latency_ms)),
    ];
    const made = make("tr", { class: isOpen ? "live shown" : "live" }, cells);
    made.addEventListener("click", () => {
      if (String(getSelection())) return;  // someone marks text
      toggle(row, made);
    });
    return made;
  }

  function toggle(row, element) {
    if (open.delete(row)) element.nextElementSibling.remove();
    else {
      open.add(row);
      element.after(opened(row));
    }
    element.classList.toggle("shown", open.has(row));
    element.querySelector("button").setAttribute("aria-expanded", String(open.has(row)));
  }

  function opened(row) {
    const one = caseOf(row);
    const given = [
      ...one.inputs.flatMap(([name, value]) => [make("h4", null, name), ...long(value)]),
      ...(one.expected === undefined ? [] : [make("h4", null, "expected"), ...long(one.expected)]),
    ];
    const came = row.turns
      ? [make("h4", null, `dialog, ${row.end}`), ...row.turns.map((turn) => make("div", { class: turn.role === "user" ? "turn user" : "turn assistant" }, make("h5", null, turn.role), long(turn.text)))]
      : [make("h4", null, "answer"), ...long(row.answer)];
    if (row.error) came.push(make("p", { class: "note" }, `! ${row.error}`));
    if (row.hint) came.push(make("p", { class: "quiet" }, row.hint));
    if (row.checks.length) came.push(make("h4", null, "checks"), findings(checksOf(row)));
    return make("tr", { class: "opened" }, make("td", { colspan: heads.length }, make("div", { class: "columns" }, make("div", null, given), make("div", null, came)), meta(row, one), siblings(row)));
  }

  function findings(list) {
    return make("ul", { class: "checks" }, list.map((check) => {
      const verdict = check.passed === undefined ? "none" : check.passed ? "passed" : "failed";
      const more = [check.score === undefined ? null : `score ${check.score.toFixed(2)}`, check.judge, check.agreed === undefined ? null : `${Math.round(100 * check.agreed)} % of its judgements pass`, check.metric && `metric ${check.metric}`].filter(Boolean).join(" · ");
      return make("li", null,
        make("span", { class: `mark ${verdict}`, role: "img", "aria-label": verdict === "none" ? "no verdict" : verdict }, MARKS[verdict]), " ",
        make("b", null, check.type), ` ${check.error || check.reason || ""} `, make("span", { class: "quiet" }, more),
        check.checks ? findings(check.checks) : null);
    }));
  }

  function meta(row, one) {
    const tokens = row.prompt_tokens === undefined && row.completion_tokens === undefined ? null : `${row.prompt_tokens ?? "?"} + ${row.completion_tokens ?? "?"}`;
    const told = [
      ["variant", variants[row.variant]], ["behavior", one.behavior], ["repeat", row.repeat], ["outcome", row.outcome], ["label", row.label],
      ["score", row.score === undefined ? null : row.score.toFixed(2)], ["time", row.latency_ms === undefined ? null : milliseconds(row.latency_ms)],
      ["cost", row.cost_usd ? dollars(row.cost_usd) : null], ["tokens", tokens], ["cached", row.cached ? "yes" : null],
      ["stability", row.stability], ["tags", one.tags && one.tags.join(", ")], ["found", row.retrieved && row.retrieved.join(", ")], ["case", one.id],
    ];
    return make("p", { class: "meta" }, told.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => make("span", null, `${name} `, make("b", null, String(value)))));
  }

  function siblings(row) {
    const others = rows.filter((other) => other.case === row.case && other !== row).slice(0, 30);
    if (!others.length) return null;
    return make("div", null, make("h4", null, "the same case"), make("ul", { class: "checks" }, others.map((other) => make("li", null,
      make("span", { class: `mark ${other.verdict}`, role: "img", "aria-label": WORDS[other.verdict].slice(2) }, MARKS[other.verdict]), " ",
      make("span", { class: "quiet" }, variants[other.variant] + (other.repeat ? ` #${other.repeat}` : "")), " ", make("bdi", null, oneLine(other.error || answerOf(other), 300))))));
  }

  // ---- Filters: what is chosen stands in the address, so that it can be linked to

  function tell(filters) {
    const told = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
    history.replaceState(null, "", String(told) ? `#${told}` : location.pathname + location.search);
    wanted = Object.fromEntries(told);
    for (const name of ["text", "verdict", "behavior", "variant", "tag"]) form.elements[name].value = wanted[name] ?? "";
    choose();
  }

  function asked() {
    const told = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    return Object.keys(told).every((name) => FILTERS[name]) ? told : {};
  }

  let waiting = 0;
  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => tell({ ...wanted, ...Object.fromEntries(new FormData(form)) }), 80);
  }

  function fill(name, values, label = (value) => value) {
    form.elements[name].append(...values.map((value) => make("option", { value }, label(value))));
    if (!values.length) form.elements[name].parentElement.hidden = true;
  }

  function sortBy(head) {
    const key = head.dataset.key;
    sorted = sorted.key !== key ? { key, down: false } : sorted.down ? { key: "", down: false } : { key, down: true };
    for (const other of heads) other.removeAttribute("aria-sort");
    if (sorted.key) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
    choose();
  }

  function begin() {
    const behaviors = new Set();
    for (const one of cases) {
      const names = one.behavior.split("/");
      names.forEach((_, end) => behaviors.add(names.slice(0, end + 1).join("/")));
    }
    behaviors.delete("");
    fill("behavior", [...behaviors].sort(), (path) => "\u00a0\u00a0".repeat(path.split("/").length - 1) + path.split("/").at(-1));
    fill("variant", variants.length > 1 ? variants.map((_, number) => String(number)) : [], (number) => variants[number]);
    fill("tag", [...new Set(cases.flatMap((one) => one.tags || []))].sort().slice(0, 500));
    form.hidden = false;
    form.addEventListener("input", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => { event.preventDefault(); tell({}); });
    addEventListener("hashchange", () => tell(asked()));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-show]");
      if (!link) return;
      event.preventDefault();
      tell(Object.fromEntries(new URLSearchParams(link.dataset.show)));
      section.scrollIntoView();
      section.focus({ preventScroll: true });
    });
    for (const head of heads) {
      const words = head.textContent;
      head.replaceChildren(make("button", { type: "button", title: `Sort by ${words}`, on: { click: () => sortBy(head) } }, words));
    }
    tell(asked());
    section.dataset.ready = "yes";
    if (location.hash) section.scrollIntoView();
  }

  // ---- Reading the rows, some at a time, so that the page can be used meanwhile

  async function read() {
    let paused = performance.now();
    for (const island of document.querySelectorAll("script.rows")) {
      const part = JSON.parse(island.textContent);
      cases.push(...part.cases);
      checks.push(...part.checks);
      rows.push(...part.rows);
      island.remove();
      if (performance.now() - paused > 50) {
        count.textContent = `reading, ${rows.length.toLocaleString("en")} evaluations so far …`;
        await new Promise((go) => setTimeout(go));
        paused = performance.now();
      }
    }
    begin();
  }

  read();
})();
