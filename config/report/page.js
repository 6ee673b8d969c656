"use strict";
// The list of findings: filtered, sorted and shown a page at a time. Everything that a server
// said goes through text nodes; the page's policy allows no other way.
(() => {
  const PAGE = 50;          // rows that a person scans; drawing them takes a frame or two
  const PRINTED = 1000;     // lines on paper: about fifty sheets
  const DETAILED = 50;      // findings on paper with their details: each takes about a sheet
  const TYPING = 120;       // milliseconds after the last key before the list is filtered

  const { words, findings, abouts, rules } = JSON.parse(document.getElementById("data").textContent);
  const SEVERITIES = Object.keys(words.en.severity);
  const COLUMNS = [
    ["severity", (f) => SEVERITIES.indexOf(f.severity)],
    ["status", (f) => f.status],
    ["access", (f) => f.access],
    ["product", (f) => f.product.toLowerCase()],
    ["where", (f) => f.at],
    ["label", (f) => Object.keys(words.en.label).indexOf(f.label)],
    ["holdings", (f) => f.total ?? -1],
    ["owner", (f) => (f.owner || f.contact || "\uffff").toLowerCase()],
    ["since", (f) => f.since],
  ];
  const FILTERS = {
    severity: (f) => f.severity,
    status: (f) => f.status,
    access: (f) => f.access,
    label: (f) => f.label,
    probe: (f) => abouts[f.about].probe,
    owner: (f) => f.owner || f.contact || "",
  };
  const GROUPS = {
    case: (f) => f.case || f.id,
    owner: (f) => f.owner || f.contact || "",
    site: (f) => f.site || "",
    address: (f) => f.where.replace(/:\d+(\/udp)?$/, ""),
    probe: (f) => abouts[f.about].probe,
  };
  const TRANSLATED = new Set(["severity", "status", "access", "label"]);

  for (const finding of findings) finding.text = haystack(finding);
  const state = { language: preferred(), query: "", chosen: {}, sort: null, down: false, group: "", page: 0, open: new Set() };
  let matching = findings;
  let groups = new Map();
  let body, count, pager, timer;

  // -- what is shown ------------------------------------------------------------------------------

  function haystack(f) {
    const about = abouts[f.about];
    const names = (f.holdings || []).map((holding) => holding[0]);
    return [f.product, f.where, f.host, f.owner, f.contact, f.site, f.zone, f.id, f.case, about.probe, about.title,
      ...(about.translated || []).map(([, title]) => title),
      f.round, ...(f.tags || []), ...names].join("\n").toLowerCase();
  }

  function choose() {
    const terms = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = Object.entries(state.chosen);
    matching = findings.filter((f) => chosen.every(([name, value]) => FILTERS[name](f) === value)
      && terms.every((term) => f.text.includes(term)));
    if (state.sort !== null) {
      const key = COLUMNS.find(([name]) => name === state.sort)[1];
      const sign = state.down ? -1 : 1;
      const keyed = matching.map((f) => [key(f), f]);
      keyed.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0));
      matching = keyed.map(([, f]) => f);
    }
    gather();
    state.page = 0;
    draw();
  }

  // Findings of one group stand together, where the first of them would; sorting is stable.
  function gather() {
    groups = new Map();
    if (!state.group) return;
    const of = GROUPS[state.group];
    for (const f of matching) {
      const group = groups.get(of(f)) || { rank: groups.size, count: 0 };
      group.count += 1;
      groups.set(of(f), group);
    }
    matching = [...matching].sort((a, b) => groups.get(of(a)).rank - groups.get(of(b)).rank);
  }

  function lines(shown, unfolded) {
    let last;
    return shown.flatMap((f, at) => {
      const group = state.group ? GROUPS[state.group](f) : undefined;
      const head = group === last ? [] : [heading(group, f)];
      last = group;
      return unfolded(f, at) ? [...head, row(f), detail(f)] : [...head, row(f)];
    });
  }

  function draw() {
    const from = state.page * PAGE;
    const rows = matching.slice(from, from + PAGE);
    body.replaceChildren(...lines(rows, (f) => state.open.has(f)));
    count.textContent = matching.length
      ? say("table", "shown", { from: from + 1, to: from + rows.length, matching: matching.length, total: findings.length })
      : say("table", "nothing");
    pager.forEach(([back, on]) => {
      back.disabled = from === 0;
      on.disabled = from + PAGE >= matching.length;
    });
  }

  function drawAll() {
    for (const part of document.querySelectorAll("[data-lang]")) part.hidden = part.dataset.lang !== state.language;
    for (const button of document.querySelectorAll("[data-switch]")) {
      button.setAttribute("aria-pressed", String(button.dataset.switch === state.language));
    }
    document.documentElement.lang = state.language;
    document.getElementById("findings").replaceChildren(...list());
    draw();
  }

  // -- its parts ----------------------------------------------------------------------------------

  function list() {
    body = make("tbody");
    count = make("p", { "aria-live": "polite" });
    pager = [];
    const table = make("table", { class: "findings" }, [make("thead", {}, [headings()]), body]);
    return [make("h2", { id: "list" }, [say("table", "heading")]), filters(), count, pages(), table, pages()];
  }

  function headings() {
    const cells = COLUMNS.map(([name]) => {
      const button = make("button", { type: "button" }, [say("table", name)]);
      const cell = make("th", { scope: "col" }, [button]);
      if (state.sort === name) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      button.addEventListener("click", () => {
        state.down = state.sort === name && !state.down;
        state.sort = name;
        for (const other of cell.parentNode.children) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
        choose();
      });
      return cell;
    });
    return make("tr", {}, [make("td"), ...cells]);
  }

  function filters() {
    const search = make("input", { type: "search", id: "search", placeholder: say("table", "search_hint"), autocomplete: "off", spellcheck: "false" });
    search.value = state.query;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { state.query = search.value; choose(); }, TYPING);
    });
    const selects = Object.keys(FILTERS).map(select);
    const clear = make("button", { type: "button" }, [say("table", "clear")]);
    clear.addEventListener("click", () => {
      clearTimeout(timer);
      state.query = "";
      state.chosen = {};
      drawAll();
      choose();
      document.getElementById("search").focus();
    });
    const labelled = field("search", "search", search);
    return make("div", { class: "filters", role: "search", "aria-label": say("table", "filters") }, [labelled, ...selects, grouping(), clear]);
  }

  function grouping() {
    const names = ["", ...Object.keys(GROUPS)];
    const list = make("select", { id: "by-group" }, names.map((name) => make("option", { value: name }, [say("table", name || "no_group")])));
    list.selectedIndex = names.indexOf(state.group);
    list.addEventListener("change", () => { state.group = names[list.selectedIndex]; choose(); });
    return field("group", "", list);
  }

  function select(name) {
    const counts = new Map();
    for (const f of findings) counts.set(FILTERS[name](f), (counts.get(FILTERS[name](f)) || 0) + 1);
    const order = Object.keys(words.en[name] || {});
    const values = [...counts.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1));
    const options = values.map((value) => {
      const shown = TRANSLATED.has(name) ? word(name, value) : value || say("detail", "unknown");
      return make("option", { value }, [`${shown} (${number(counts.get(value))})`]);
    });
    // The mark tells "all" from the owner who is not known.
    const all = make("option", { value: "*", "data-all": "" }, [say("table", "all")]);
    const list = make("select", { id: `by-${name}` }, [all, ...options]);
    list.selectedIndex = name in state.chosen ? values.indexOf(state.chosen[name]) + 1 : 0;
    list.addEventListener("change", () => {
      if (list.selectedIndex === 0) delete state.chosen[name];
      else state.chosen[name] = values[list.selectedIndex - 1];
      choose();
    });
    return field(name, "", list);
  }

  function field(name, kind, input) {
    return make("div", { class: kind }, [make("label", { for: input.id }, [say("table", name)]), input]);
  }

  function pages() {
    const [back, on] = [["previous", -1], ["next", 1]].map(([name, step]) => {
      const button = make("button", { type: "button" }, [say("table", name)]);
      button.addEventListener("click", () => { state.page += step; draw(); });
      return button;
    });
    pager.push([back, on]);
    return make("nav", { class: "pager", "aria-label": `${say("table", "pages")} ${pager.length}` }, [back, on]);
  }

  function heading(group, f) {
    const name = state.group === "case" ? [foreign(f.product), " · ", make("code", {}, [group])] : [group ? foreign(group) : say("detail", "unknown")];
    const size = ` · ${say("table", "group_count", { count: groups.get(group).count })}`;
    return make("tr", { class: "group" }, [make("td", { colspan: COLUMNS.length + 1 }, [`${say("table", state.group)} `, make("strong", {}, name), size])]);
  }

  function row(f) {
    const shut = !state.open.has(f);
    const toggle = make("button", { type: "button", "aria-expanded": String(!shut), "aria-label": say("table", "open_detail", { where: f.where }) }, [shut ? "+" : "−"]);
    const line = make("tr", {}, [
      make("td", {}, [toggle]),
      make("td", {}, [make("span", { class: `badge ${f.severity}` }, [word("severity", f.severity)])]),
      make("td", {}, [word("status", f.status)]),
      make("td", {}, [word("access", f.access)]),
      make("th", { scope: "row" }, [foreign(f.product)]),
      make("td", {}, [make("code", {}, [f.where]), ...(f.host ? [" ", foreign(f.host)] : [])]),
      make("td", {}, [word("label", f.label), ...(f.signs ? [" ", make("span", { class: "sign" }, ["⚠ " + say("detail", "signs")])] : [])]),
      make("td", {}, [listed(f)]),
      make("td", {}, [f.owner || f.contact ? foreign(f.owner || f.contact) : say("detail", "unknown")]),
      make("td", {}, [f.since, ...(f.late ? [" ", make("span", { class: "sign" }, ["⚠ " + say("detail", "late")])] : [])]),
    ]);
    // On a telephone no heading stands above them.
    COLUMNS.forEach(([name], at) => { line.children[at + 1].dataset.name = `${say("table", name)}${say("page", "colon")} `; });
    toggle.addEventListener("click", () => {
      if (shut) state.open.add(f); else state.open.delete(f);
      if (!shut) line.nextSibling.remove();
      const fresh = row(f);
      if (shut) line.after(detail(f));
      line.replaceWith(fresh);
      fresh.querySelector("button").focus();
    });
    return line;
  }

  // What a probe says, in the reader's language where somebody has translated it.
  function told(about) {
    return (about.translated || []).find(([code]) => code === state.language) || ["en", about.title, about.remedy];
  }

  function detail(f) {
    const about = abouts[f.about];
    const [spoken, title, remedy] = told(about);
    const cell = make("td", { colspan: COLUMNS.length + 1 }, [
      make("h3", { lang: spoken }, [title]),
      ...(f.signs || []).map(([because, advice]) => make("p", { class: "loud", lang: "en" }, [`${because}. ${advice}`])),
      ...(f.regressed ? [make("p", { class: "loud" }, [say("detail", "regressed")])] : []),
      ...(f.accepted ? [make("p", {}, [accepted(f)])] : []),
      ...block("because", [english(f.because)]),
      ...(f.why ? block("severity", [reasons(f)]) : []),
      ...(f.changes ? block("changes", [make("ul", { lang: "en" }, f.changes.map((change) => make("li", {}, [change])))]) : []),
      ...block("proof", proof(f)),
      ...block("check", check(f, about)),
      ...block("remedy", [make("p", { lang: spoken }, marked(remedy)), ...references(about)]),
      ...block("holdings", holdings(f)),
      ...(f.categories ? block("categories", [categories(f)]) : []),
      ...block("owner", [facts(f)]),
      ...(f.asks ? block("asks", [questions(f)]) : []),
      ...(f.events ? block("history", [history(f)]) : []),
    ]);
    return make("tr", { class: "detail" }, [cell]);
  }

  function block(name, parts) {
    return [make("h4", {}, [say("detail", name)]), ...parts];
  }

  function accepted(f) {
    const [until, approver, reason] = f.accepted;
    return say("detail", "accepted", { until, approver, reason });
  }

  function reasons(f) {
    const points = f.why.map(([found, sum]) => make("li", {}, [make("span", { lang: "en" }, [found]), `${say("page", "colon")} ${sum} ${say("detail", "points")}`]));
    return make("ul", {}, f.cvss ? [...points, make("li", {}, [make("code", {}, [f.cvss])])] : points);
  }

  function questions(f) {
    return make("ul", {}, f.asks.filter((id) => rules[id]).map((id) => {
      const [title, question] = rules[id][state.language];
      return make("li", {}, [make("strong", {}, [title]), make("br"), question]);
    }));
  }

  function growth([records, since]) {
    return say("detail", "growth", { since, sign: records > 0 ? "+" : records < 0 ? "−" : "", count: Math.abs(records) });
  }

  function proof(f) {
    if (!f.proof) return [make("p", {}, [say("detail", "no_proof")])];
    const [ask, answer, control] = f.proof;
    return [pairs([
      [say("detail", "ask"), make("code", {}, [ask])],
      [say("detail", "answer"), english(answer)],
      [say("detail", "control"), english(control)],
    ])];
  }

  function check(f, about) {
    return [
      make("p", {}, [say("detail", "check_note")]),
      ...(f.check ? [make("pre", {}, [f.check])] : []),
      make("p", {}, [say("detail", "check_probe"), " ", make("code", {}, [`ronde probes ${about.probe}`])]),
    ];
  }

  function references(about) {
    const links = about.references.map((link) => make("li", {}, [make("a", { href: link, rel: "noreferrer noopener", target: "_blank" }, [link])]));
    const weakness = `https://cwe.mitre.org/data/definitions/${Number(about.cwe)}.html`;
    links.push(make("li", {}, [make("a", { href: weakness, rel: "noreferrer noopener", target: "_blank" }, [`CWE-${Number(about.cwe)}`])]));
    return [make("ul", { "aria-label": say("detail", "references") }, links)];
  }

  // What cannot be listed there is not nothing.
  function listed(f) {
    return f.total === undefined ? say("detail", "not_listed") : number(f.total);
  }

  function holdings(f) {
    if (!f.holdings) return [make("p", {}, [listed(f)])];
    const columns = ["name", "kind", "records", "bytes", "created"];
    const head = columns.map((name, at) => make("th", { scope: "col", class: at === 2 || at === 3 ? "number" : "" }, [say("detail", name)]));
    head.push(make("th", { scope: "col" }, [say("table", "label")]));
    const rows = f.holdings.map(([name, kind, records, bytes, created, label]) => make("tr", {}, [
      make("th", { scope: "row" }, [foreign(name)]),
      make("td", {}, [foreign(kind)]),
      make("td", { class: "number" }, [records === null ? say("detail", "unknown") : number(records)]),
      make("td", { class: "number" }, [bytes === null ? say("detail", "unknown") : number(bytes)]),
      make("td", {}, [created || say("detail", "unknown")]),
      make("td", {}, [word("label", label)]),
    ]));
    const table = make("table", {}, [make("thead", {}, [make("tr", {}, head)]), make("tbody", {}, rows)]);
    const grown = f.growth ? [make("p", {}, [growth(f.growth)])] : [];
    const more = f.total > f.holdings.length
      ? [make("p", {}, [say("detail", "holdings_more", { count: f.holdings.length, total: f.total })])] : [];
    return [make("div", { class: "wide", role: "region", tabindex: "0", "aria-label": say("detail", "holdings") }, [table]), ...more, ...grown];
  }

  function categories(f) {
    return make("ul", {}, f.categories.map(([name, matched]) => make("li", {}, [
      word("category", name), ` (${say("detail", "words")} `, foreign(matched), ")"])));
  }

  function facts(f) {
    const given = ["owner", "contact", "site", "zone"].map((name) => [say("detail", name), f[name] ? foreign(f[name]) : say("detail", "unknown")]);
    const lists = [["tags", f.tags], ["labels", f.labels]].filter(([, values]) => values)
      .map(([name, values]) => [say("detail", name), foreign(values.join(", "))]);
    return pairs([...given, ...lists,
      ...(f.host ? [[say("detail", "host"), foreign(f.host)]] : []),
      [say("detail", "confidence"), word("confidence", f.confidence)],
      [say("detail", "open_since"), f.since],
      ...(f.due ? [[say("detail", "due"), f.due]] : []),
      ...(f.oldest ? [[say("detail", "oldest"), f.oldest]] : []),
      [say("detail", "first_seen"), f.first],
      [say("detail", "last_seen"), f.last],
      [say("detail", "vantage"), foreign(f.vantage)],
      [say("detail", "tls"), tls(f)],
      [say("detail", "round"), make("code", {}, [f.round])],
      ...(f.case ? [[say("table", "case"), make("code", {}, [f.case])]] : []),
      [say("detail", "fingerprint"), make("code", {}, [f.id])],
    ]);
  }

  function tls(f) {
    if (!f.tls) return say("detail", "no_tls");
    const [version, names, issuer, ends] = f.tls;
    return make("span", {}, [foreign(version), ...(names ? [" · ", foreign(names)] : []),
      ...(issuer ? [` · ${say("detail", "issuer")} `, foreign(issuer)] : []),
      ...(ends ? [` · ${say("detail", "expires")} ${ends}`] : [])]);
  }

  function history(f) {
    return make("ul", {}, f.events.map(([at, what, where, because]) => make("li", {}, [
      `${at} · ${word("event", what)}`, ...(where ? [" · ", make("code", {}, [where])] : []), ...(because ? [" · ", english(because, "span")] : [])])));
  }

  // -- bricks -------------------------------------------------------------------------------------

  function make(name, attributes = {}, children = []) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== "" || key === "value") node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function pairs(entries) {
    return make("dl", {}, entries.flatMap(([term, value]) => [make("dt", {}, [term]), make("dd", {}, [value])]));
  }

  function foreign(text) {
    return make("bdi", {}, [text]);
  }

  // What stands between grave accents is a setting or a command.
  function marked(text) {
    return text.split("`").map((part, at) => (at % 2 ? make("code", {}, [part]) : part));
  }

  function english(text, name = "p") {
    return make(name, { lang: "en" }, [text]);
  }

  function say(section, key, places = {}) {
    return words[state.language][section][key].replace(/\{(\w+)\}/g, (_, name) => {
      const value = places[name];
      return typeof value === "number" ? number(value) : value;
    });
  }

  function word(section, key) {
    return words[state.language][section][key] || key;
  }

  function number(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, state.language === "fr" ? "\u202f" : ",");
  }

  function preferred() {
    const known = Object.keys(words);
    const asked = location.hash.slice(1);
    if (known.includes(asked)) return asked;
    const spoken = (navigator.languages || []).map((language) => language.slice(0, 2));
    return spoken.find((language) => known.includes(language)) || known[0];
  }

  // -- the page -----------------------------------------------------------------------------------

  document.getElementById("languages").hidden = false;
  document.getElementById("languages").addEventListener("click", (event) => {
    const chosen = event.target.dataset.switch;
    if (!chosen) return;
    state.language = chosen;
    drawAll();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    document.getElementById("search").focus();
  });
  // On paper nothing unfolds: of what the filters left, the first have their details.
  addEventListener("beforeprint", () => {
    body.replaceChildren(...lines(matching.slice(0, PRINTED), (_, at) => at < DETAILED));
    if (matching.length > DETAILED) count.textContent = say("table", "capped", { count: Math.min(PRINTED, matching.length), detailed: DETAILED, matching: matching.length });
  });
  addEventListener("afterprint", draw);
  drawAll();
})();
