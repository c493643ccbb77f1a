/**
 * Accounts of one incident side by side, and what they do not agree on.
 *
 * Two accounts contradict one another where one denies, where their ranges of killed or injured
 * share no number, or where both name perpetrators and none is the same: the rule of
 * `geodata.incident.accounts_disagree`. Other differences are shown as differences of wording.
 * An account that says nothing of a thing contradicts nobody.
 */

import { address, element, foreign, foreignList, quoted } from "./dom.js";
import { dayWords, figureWords, figuresOf, languageName, splitList, stanceWords } from "./text.js";

/**
 * @typedef {Record<string, any>} Account  columns of geodata/schema.py ACCOUNTS
 * @typedef {{key: string, label: string, values: (Node|null)[],
 *   difference: "contradicts"|"differs"|null}} Field
 */

const NOT_SAID = "not stated";

/**
 * What accounts contradict one another on, in words for a sentence; empty where they do not.
 *
 * @param {Account[]} accounts
 * @returns {string[]} some of "whether it was as said", "who did it", "how many were killed",
 *     "how many were injured"
 */
export function contradictions(accounts) {
  const found = [];
  if (accounts.some((account) => account.stance === "denies")) found.push("whether it was as said");
  if (perpetratorsApart(accounts)) found.push("who did it");
  if (rangesApart(accounts, "killed")) found.push("how many were killed");
  if (rangesApart(accounts, "injured")) found.push("how many were injured");
  return found;
}

function perpetratorsApart(accounts) {
  const named = accounts.map((account) => splitList(account.perpetrators)).filter((names) => names.length);
  return named.some((names, i) => named.slice(0, i).some((others) => !names.some((name) => others.includes(name))));
}

function rangesApart(accounts, stem) {
  const isKnown = (value) => value !== null && value !== undefined;
  const ranges = accounts
    .map((account) => [account[`${stem}_low`], account[`${stem}_high`]])
    .filter((range) => range.some(isKnown));
  const lows = ranges.map(([low]) => low ?? 0);
  const highs = ranges.map(([, high]) => high ?? Infinity);
  return ranges.length > 1 && Math.max(...lows) > Math.min(...highs);
}

/**
 * The lines of the comparison; a line that no account says anything on is left out.
 *
 * @param {Account[]} accounts
 * @returns {{key: string, label: string, texts: (string|null)[],
 *   difference: "contradicts"|"differs"|null}[]}
 */
export function compare(accounts) {
  return COMPARED.map(({ key, label, text, apart }) => {
    const texts = accounts.map((account) => text(account) || null);
    const said = new Set(texts.filter((one) => one !== null).map((one) => one.trim().toLowerCase()));
    const differs = said.size > 1 && !EACH_ITS_OWN.has(key) ? "differs" : null;
    const difference = accounts.length > 1 && apart?.(accounts) ? "contradicts" : differs;
    return { key, label, texts, difference };
  }).filter((line) => line.texts.some((text) => text !== null) && !(line.key === "stance" && onlyReport(accounts)));
}

/** A report by nobody in particular is what an account is unless it says otherwise. */
function onlyReport(accounts) {
  return accounts.every((account) => !account.speaker && (account.stance ?? "reports") === "reports");
}

/** Two sources differ in these without disagreeing. */
const EACH_ITS_OWN = new Set(["stance", "speaker"]);

/** The lines in the order they are read. */
const COMPARED = [
  { key: "stance", label: "Stance", text: (a) => stanceWords(a.stance), apart: (all) => all.some((a) => a.stance === "denies") },
  { key: "speaker", label: "Speaker", text: (a) => a.speaker },
  { key: "date", label: "When", text: (a) => a.date_text },
  { key: "place", label: "Where", text: (a) => a.place_text },
  { key: "killed", label: "Killed", text: (a) => figureText(a, "killed"), apart: (all) => rangesApart(all, "killed") },
  { key: "injured", label: "Injured", text: (a) => figureText(a, "injured"), apart: (all) => rangesApart(all, "injured") },
  { key: "perpetrators", label: "Who did it", text: (a) => splitList(a.perpetrators).join(", "), apart: perpetratorsApart },
  { key: "targets", label: "Who or what was hit", text: (a) => splitList(a.targets).join(", ") },
  { key: "weapon", label: "Weapon", text: (a) => a.weapon_text },
];

function figureText(account, stem) {
  const figure = figureWords(figuresOf(account, stem));
  return figure.known ? figure.words : null;
}

/** Lines that are shown and not compared: two sources always differ in them. */
const OWN_LINES = [
  { key: "quote", label: "Words", node: (a) => a.quote && quoted(a.quote) },
  { key: "licence", label: "Licence", node: (a) => a.licence && foreign(a.licence) },
  { key: "address", label: "Address", node: (a) => addresses(a) },
];

function addresses(account) {
  const made = [];
  if (account.url) made.push(address(account.url));
  if (account.archive_url) made.push(element("br"), "archived: ", address(account.archive_url));
  return made.length ? element("span", {}, ...made) : null;
}

/** What stands for an account: its publisher, speaker, title or author; its number where it has none. */
export function sourceName({ publisher, speaker, source_title: title, author }, index) {
  return publisher || speaker || title || author || `Account ${index + 1}`;
}

/** Who says it: publisher, title, author and day, as far as they are known. */
function sourceHead(account, index) {
  const name = sourceName(account, index);
  const { source_title: title, author } = account;
  const details = [
    title && title !== name && element("cite", { dir: "auto" }, title),
    author && author !== name && element("span", {}, "by ", foreign(author)),
    account.published && dayWords(account.published),
    account.language && account.language !== "en" && element("span", {}, "in ", foreign(languageName(account.language))),
  ].filter(Boolean);
  return [
    element("span", { class: "cm-account-publisher" }, foreign(name)),
    ...details.map((detail) => element("span", { class: "cm-account-detail" }, detail)),
  ];
}

/**
 * Accounts beside one another as a table, or beneath one another where it is narrow.
 *
 * @param {Account[]} accounts
 * @param {{stacked: boolean}} options
 * @returns {HTMLElement}
 */
export function accountsView(accounts, { stacked }) {
  const lines = compare(accounts);
  return stacked || accounts.length === 1 ? asArticles(accounts, lines) : asTable(accounts, lines);
}

function asTable(accounts, lines) {
  const head = accounts.map((account, i) => element("th", { scope: "col", id: `cm-account-${i}` }, ...sourceHead(account, i)));
  const groups = [...lines.map((line) => [line, cells(line)]), ...ownLines(accounts)];
  const table = element(
    "table", { class: "cm-accounts" },
    element("caption", { class: "cm-hidden" }, "What each account says"),
    element("thead", {}, element("tr", {}, ...head)),
    ...groups.map(([line, nodes]) => lineGroup(line, nodes)),
  );
  table.style.setProperty("--cm-accounts", String(accounts.length));
  const label = "Accounts side by side";
  return element("div", { class: "cm-accounts-scroll", tabindex: "0", role: "group", "aria-label": label }, table);
}

function ownLines(accounts) {
  return OWN_LINES.map((line) => [{ ...line, difference: null }, accounts.map((a) => line.node(a) || null)])
    .filter(([, nodes]) => nodes.some(Boolean));
}

function cells(line) {
  return line.texts.map((text) => (text === null ? null : wordsOf(line, text)));
}

const OURS = new Set(["stance", "killed", "injured"]);

function wordsOf(line, text) {
  return OURS.has(line.key) ? document.createTextNode(text) : foreign(text);
}

function lineGroup(line, nodes) {
  const isApart = line.difference === "contradicts";
  return element(
    "tbody", { "data-field": line.key, "data-difference": line.difference },
    element("tr", { class: "cm-line-head" }, element("th", { scope: "rowgroup", colspan: nodes.length }, line.label, differenceMark(line))),
    element("tr", {}, ...nodes.map((node) => element("td", { class: isApart ? "cm-apart" : null }, node ?? notSaid()))),
  );
}

function notSaid() {
  return element("span", { class: "cm-muted" }, NOT_SAID);
}

/** The difference in words and with a sign, never by colour alone. */
function differenceMark(line) {
  if (!line.difference) return null;
  const words = line.difference === "contradicts" ? "contradict one another" : "worded differently";
  return element("span", { class: `cm-difference cm-difference-${line.difference}` }, words);
}

function asArticles(accounts, lines) {
  const own = ownLines(accounts);
  return element(
    "div", { class: "cm-accounts-stack" },
    ...accounts.map((account, i) => element(
      "article", { class: "cm-account" },
      element("h4", {}, ...sourceHead(account, i)),
      element(
        "dl", {},
        ...lines.map((line) => pair(line, cells(line)[i], accounts.length)),
        ...own.map(([line, nodes]) => nodes[i] && pair(line, nodes[i], accounts.length)),
      ),
    )),
  );
}

function pair(line, node, count) {
  const mark = count > 1 && line.difference === "contradicts" ? differenceMark(line) : null;
  return element(
    "div", { "data-field": line.key, "data-difference": count > 1 ? line.difference : null },
    element("dt", {}, line.label, mark),
    element("dd", {}, node ?? notSaid()),
  );
}

/** Each source once: its title, publisher, day, addresses and licence. */
export function sourcesList(accounts) {
  const seen = new Map();
  for (const account of accounts) {
    const key = JSON.stringify([account.publisher, account.source_title, account.url, account.published]);
    if (!seen.has(key)) seen.set(key, account);
  }
  return element("ol", { class: "cm-sources" }, ...[...seen.values()].map(sourceItem));
}

function sourceItem(account, index) {
  const names = [account.publisher, account.author, account.source_title].filter(Boolean);
  const days = [
    account.published && `published ${dayWords(account.published)}`,
    account.accessed && `read ${dayWords(account.accessed)}`,
  ].filter(Boolean);
  return element(
    "li", {},
    names.length ? foreignList(names) : `Source ${index + 1}`,
    days.length ? `, ${days.join(", ")}` : "",
    account.licence && element("div", { class: "cm-muted" }, "Licence: ", foreign(account.licence)),
    account.url && element("div", {}, address(account.url)),
    account.archive_url && element("div", {}, "Archived: ", address(account.archive_url)),
    account.sha256 && element("div", { class: "cm-muted cm-hash" }, "SHA-256 of the text read: ", foreign(account.sha256)),
  );
}
