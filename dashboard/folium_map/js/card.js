/**
 * One incident in full: what is held, how exactly it is known, and who says so.
 */

import { accountsView, contradictions, sourcesList } from "./accounts.js";
import { element, failureNotice, failureSentence, fill, foreign, foreignList, quoted, symbol } from "./dom.js";
import { Refused, fetchJson } from "./row_source.js";
import {
  counted, figureWords, figuresOf, number, splitList, term, timeWords, weaponWords, whenWords, whereWords,
} from "./text.js";

/** Width of the card below which accounts stand beneath one another, CSS pixels. */
const STACK_BELOW = 340;

/**
 * @typedef {object} Detail  the answer of `incident/ID` and `row/N`
 * @property {Record<string, any>} incident
 * @property {Record<string, any>[]} accounts
 * @property {{at: string, who: string|null, what: any, why: string|null}[]} history
 * @property {Record<string, any>|string|null} raw
 */

/**
 * Fires `close`, `locate` (detail {row}), `loaded` (detail {incident_id, row}), `failed` (the error).
 */
export class IncidentCard extends EventTarget {
  #options;
  #asking = null;
  #detail = null;
  #stacked = false;
  #observer;

  /**
   * @param {HTMLElement} container
   * @param {{endpoints: {row: string, incident: string}, vocabulary: any,
   *   countries?: Record<string, string>, linkFor: (incidentId: string) => string,
   *   fetch?: typeof fetchJson}} options  to the endpoints a row number or an id is added
   */
  constructor(container, options) {
    super();
    this.#options = { fetch: fetchJson, countries: {}, ...options };
    this.container = container;
    container.classList.add("cm-card");
    container.addEventListener("keydown", (event) => this.#key(event));
    this.#observer = new ResizeObserver(() => this.#resized());
    this.#observer.observe(container);
  }

  /** The incident shown, or null. */
  get incident() {
    return this.#detail?.incident ?? null;
  }

  /**
   * Fetch and show one incident.
   *
   * @param {{incident_id?: string, row?: number}} which  one of the two
   * @returns {Promise<boolean>} whether it is shown now
   */
  async show(which) {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#detail = null;
    this.#waiting();
    try {
      const detail = await this.#options.fetch(this.#address(which), asking.signal);
      if (asking.signal.aborted) return false;
      if (!detail?.incident) throw new Refused(404);
      this.#detail = detail;
      this.#draw();
      const { incident_id, row } = detail.incident;
      this.dispatchEvent(new CustomEvent("loaded", { detail: { incident_id, row: row ?? which.row ?? null } }));
      return true;
    } catch (error) {
      if (!asking.signal.aborted) this.#failed(error, which);
      return false;
    }
  }

  /** Forget what is shown and give up what is under way. */
  clear() {
    this.#asking?.abort();
    this.#detail = null;
    fill(this.container);
  }

  /** Put the focus on the title, from where a screen reader reads on. */
  focus() {
    this.container.querySelector("h2")?.focus({ preventScroll: true });
  }

  destroy() {
    this.#observer.disconnect();
    this.clear();
  }

  #address({ incident_id: id, row }) {
    const { endpoints } = this.#options;
    return id === undefined || id === null ? `${endpoints.row}${row}` : `${endpoints.incident}${encodeURIComponent(id)}`;
  }

  #waiting() {
    this.container.setAttribute("aria-busy", "true");
    fill(this.container, this.#bar(null), element("h2", { tabindex: "-1", class: "cm-card-title cm-muted" }, "Reading the incident…"));
  }

  #failed(error, which) {
    this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    this.container.removeAttribute("aria-busy");
    const retry = error instanceof Refused && error.status === 404 ? null : () => this.show(which).then(() => this.focus());
    const notice = failureNotice(failureSentence(error, "This incident"), retry);
    fill(this.container, this.#bar(null), element("h2", { tabindex: "-1", class: "cm-card-title" }, "Incident"), notice);
  }

  #draw() {
    this.container.removeAttribute("aria-busy");
    const detail = { accounts: [], history: [], raw: null, ...this.#detail };
    const { vocabulary, countries } = this.#options;
    this.#stacked = this.container.clientWidth < STACK_BELOW;
    fill(
      this.container,
      this.#bar(detail.incident),
      ...headline(detail, vocabulary),
      figures(detail.incident),
      facts(detail.incident, vocabulary, countries),
      accountsSection(detail.accounts, this.#stacked),
      ...records(detail),
    );
  }

  #resized() {
    const stacked = this.container.clientWidth < STACK_BELOW;
    if (!this.#detail || stacked === this.#stacked) return;
    this.#stacked = stacked;
    const section = this.container.querySelector(".cm-accounts-section");
    section?.replaceWith(accountsSection(this.#detail.accounts ?? [], stacked));
  }

  #bar(incident) {
    const say = (name, detail) => () => this.dispatchEvent(new CustomEvent(name, { detail }));
    const onMap = incident && incident.latitude !== null && incident.latitude !== undefined;
    const button = (label, onclick) => element("button", { type: "button", class: "cm-button cm-quiet", onclick }, label);
    return element(
      "div", { class: "cm-card-bar" },
      button("‹ Back to the list", say("close")),
      onMap && button("Show on the map", say("locate", { row: incident.row })),
      incident && copyButton(this.#options.linkFor(incident.incident_id)),
    );
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("close"));
  }
}

/** A button that copies a link; where the browser forbids that, the link is shown to be copied. */
function copyButton(link) {
  const said = element("span", { role: "status", class: "cm-copied" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      fill(said, "Link copied");
    } catch {
      const field = element("input", { readonly: true, value: link, "aria-label": "Link to this incident", class: "cm-field" });
      fill(said, field);
      field.select();
    }
  };
  return element("span", { class: "cm-copy" }, element("button", { type: "button", class: "cm-button cm-quiet", onclick: copy }, "Copy link"), said);
}

// --- the top -------------------------------------------------------------------------------------

function headline({ incident, accounts }, vocabulary) {
  const type = term(vocabulary, "event_type", incident.event_type ?? null);
  return [
    element("p", { class: "cm-card-type" }, symbol(type), type.code ? type.label : "Event type not known"),
    element("h2", { tabindex: "-1", class: "cm-card-title", dir: "auto" }, incident.title ?? incident.incident_id),
    incident.summary && incident.summary !== incident.title && element("p", { class: "cm-card-summary", dir: "auto" }, incident.summary),
    standing(incident, accounts, vocabulary),
  ];
}

/** Grade, dispute, status and care, each in words. */
function standing(incident, accounts, vocabulary) {
  const grade = term(vocabulary, "grade", incident.grade ?? "ungraded");
  const items = [
    element("li", {}, element("strong", { class: "cm-grade", "data-grade": grade.code }, grade.label), grade.note ? ` — ${grade.note}` : ""),
    incident.disputed && element("li", {}, element("strong", { class: "cm-disputed" }, "Disputed"), ` — ${disputeWords(accounts)}`),
    incident.status === "draft" && element("li", {}, element("strong", {}, "Draft"), " — not yet reviewed; it does not leave this machine."),
    incident.status === "withheld" && element("li", {}, element("strong", {}, "Withheld"), " — it does not leave this machine."),
    incident.sensitive && element("li", {}, element("strong", {}, "Sensitive"), " — think of the people named before you share it."),
  ];
  return element("ul", { class: "cm-standing" }, ...items);
}

/** What the accounts contradict one another on, as the end of a sentence. */
export function disputeWords(accounts) {
  const found = contradictions(accounts);
  if (found.length === 0) return "marked so in the record; the accounts held here do not say why.";
  const last = found.at(-1);
  const list = found.length === 1 ? last : `${found.slice(0, -1).join(", ")} and ${last}`;
  return `the accounts contradict one another on ${list}.`;
}

function figures(incident) {
  const cell = (stem, label) => {
    const figure = figureWords(figuresOf(incident, stem));
    const civilians = figureWords(figuresOf(incident, `civilians_${stem}`));
    return element(
      "div", {},
      element("dt", {}, label),
      element(
        "dd", {},
        element("span", { class: figure.known ? "cm-figure" : "cm-figure cm-figure-unknown" }, figure.words),
        figure.note && element("span", { class: "cm-muted" }, figure.note),
        civilians.known && element("span", { class: "cm-muted" }, `civilians: ${civilians.words}`),
      ),
    );
  };
  return element("dl", { class: "cm-figures" }, cell("killed", "Killed"), cell("injured", "Injured"));
}

// --- facts ---------------------------------------------------------------------------------------

function facts(incident, vocabulary, countries) {
  const weapons = weaponWords(incident.weapon, vocabulary);
  const groups = splitList(incident.weapon_group).map((code) => term(vocabulary, "weapon_group", code).label);
  const lines = [
    ["When", whenNodes(incident)],
    ["Where", whereNodes(incident, vocabulary, countries)],
    ["Weapon", weaponNodes(incident, weapons, groups)],
    ["Done by", actorNodes(incident.perpetrators)],
    ["Hit or meant", actorNodes(incident.targets)],
    ["Side A", actorNodes(incident.side_a)],
    ["Side B", actorNodes(incident.side_b)],
    ["Checks not passed", actorNodes(incident.quality_flags)],
  ];
  return element(
    "dl", { class: "cm-facts" },
    ...lines.filter(([, nodes]) => nodes.length).map(([label, nodes]) => element("div", {}, element("dt", {}, label), element("dd", {}, ...nodes))),
  );
}

function whenNodes(incident) {
  const { words, asWritten } = whenWords(incident);
  return [
    words,
    incident.time_text && [", ", foreign(incident.time_text)],
    asWritten && element("span", { class: "cm-sub" }, "as written: ", quoted(asWritten)),
  ].filter(Boolean);
}

function whereNodes(incident, vocabulary, countries) {
  const { before, names, exactness, asWritten } = whereWords(incident, vocabulary, countries);
  const method = [incident.location_source, incident.location_method].filter(Boolean);
  return [
    before ? `${before} ` : "",
    ...foreignList(names),
    element("span", { class: "cm-sub" }, exactness, method.length ? [" · placed by ", foreignList(method, ", ")] : ""),
    asWritten && element("span", { class: "cm-sub" }, "as written: ", quoted(asWritten)),
  ].filter(Boolean);
}

function weaponNodes(incident, weapons, groups) {
  const shown = weapons.length ? weapons : groups;
  const basis = incident.weapon_basis === "text" ? "read from the text" : incident.weapon_basis === "coded" ? "coded by the source" : null;
  return [
    shown.join(", "),
    weapons.length && groups.length ? element("span", { class: "cm-sub" }, groups.join(", ")) : null,
    incident.weapon_text && element("span", { class: "cm-sub" }, "as written: ", quoted(incident.weapon_text), basis ? ` · ${basis}` : ""),
  ].filter(Boolean);
}

/** Names from a list cell, joined; the comma is ours. */
function actorNodes(cell) {
  return foreignList(splitList(cell));
}

// --- accounts and the record ---------------------------------------------------------------------

function accountsSection(accounts, stacked) {
  const section = element("section", { class: "cm-accounts-section", "aria-label": "Accounts" });
  if (accounts.length === 0) {
    fill(section, element("h3", {}, "Accounts"), element("p", { class: "cm-muted" }, "No account is held beside this record."));
  } else {
    const heading = accounts.length === 1 ? "One account" : `${number(accounts.length)} accounts side by side`;
    fill(section, element("h3", {}, heading), accountsView(accounts, { stacked }));
  }
  return section;
}

function records({ incident, accounts, history, raw }) {
  const named = [incident.incident_id, incident.dataset, incident.source_record_id];
  const labels = ["incident", "data set", "record"];
  return [
    accounts.length > 0 && folded(`Sources (${number(accounts.length)})`, sourcesList(accounts)),
    history.length > 0 && folded(counted(history.length, "change"), historyList(history)),
    raw !== null && folded("Record as it was read", rawRecord(raw)),
    element(
      "p", { class: "cm-card-ids cm-muted" },
      ...named.flatMap((name, i) => (name ? [`${i ? " · " : ""}${labels[i]} `, foreign(name)] : [])),
    ),
  ].filter(Boolean);
}

function folded(label, content) {
  return element("details", { class: "cm-folded" }, element("summary", {}, label), content);
}

function historyList(history) {
  return element("ol", { class: "cm-history" }, ...history.map(({ at, who, what, why }) => element(
    "li", {},
    element("span", { class: "cm-muted" }, foreign(timeWords(at)), who ? [" · ", foreign(who)] : ""),
    element("div", {}, foreign(asText(what))),
    why && element("div", { class: "cm-muted" }, "because: ", foreign(why)),
  )));
}

function rawRecord(raw) {
  if (typeof raw !== "object") return element("pre", { class: "cm-raw", dir: "auto" }, String(raw));
  const pairs = Object.entries(raw).map(([name, value]) => element("div", {}, element("dt", {}, foreign(name)), element("dd", {}, foreign(asText(value)))));
  return element("dl", { class: "cm-raw" }, ...pairs);
}

function asText(value) {
  if (value === null || value === undefined) return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
