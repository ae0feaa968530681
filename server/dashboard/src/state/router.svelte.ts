// Where one is: the part of the address after `#`, filters included, so that a page can be shared and found again.
export type Which = "records" | "gaps" | "handovers" | "decided";
const WHICH: readonly string[] = ["records", "gaps", "handovers", "decided"];
export type Only = "" | "done" | "soon" | "overdue" | "unvisited" | "unrecorded";
const ONLY: readonly string[] = ["done", "soon", "overdue", "unvisited", "unrecorded"];
/** What has become of a record, as lists and numbers say it. */
export const STATES = ["unchecked", "accepted", "remarked", "returned", "unanswered", "answered", "held", "handover", "incomplete", "noticed", "done", "no_video"] as const;
export type State = "" | (typeof STATES)[number];

export type ReferencePart = "calendar" | "thresholds" | "settlements" | "services" | "report" | "assessment" | "programme" | "monitoring" | "road-map" | "reasons" | "phones";
const PARTS: readonly string[] = ["calendar", "thresholds", "settlements", "services", "report", "assessment", "programme", "monitoring", "road-map", "reasons", "phones"];
/** Which centres the list of reports shows. */
export type Shown = "" | "overdue" | "waiting";
const SHOWN: readonly string[] = ["overdue", "waiting"];
/** Which okrugs the list of road maps shows. */
export type Mapped = "" | "none" | "waiting" | "late";
const MAPPED: readonly string[] = ["none", "waiting", "late"];
/** Which centres the list of assessments shows. */
export type Assessed = "" | "unscored" | "low";
const ASSESSED: readonly string[] = ["unscored", "low"];

/** What of keeping is listed. */
export type Kept = "" | "erasures" | "classes";
const KEPT: readonly string[] = ["erasures", "classes"];

/** Which plans are listed. */
export type Planned = "" | "under_way" | "late" | "in_force" | "without";
const PLANNED: readonly string[] = ["under_way", "late", "in_force", "without"];
/** Where a plan stands that phones have or had. */
export const IN_FORCE = ["published", "in_execution", "executed", "monitoring", "closed", "departed"] as const;
export type InForce = "" | (typeof IN_FORCE)[number];

/** What of the exchange is listed, and which messages. */
export type Exchanged = "" | "aside" | "files";
const EXCHANGED: readonly string[] = ["aside", "files"];
export const SENT = ["queued", "written", "acknowledged", "refused", "erased"] as const;

/** What of monitoring is listed. */
export type Watched = "" | "issues" | "departures";
const WATCHED: readonly string[] = ["issues", "departures"];
/** How a list of monitoring is narrowed: where rounds stand, what of problems and proposals, what of them that are settled. */
export const ROUND_STATES = ["missed", "due", "begun", "scheduled", "done", "departed", "before"] as const;

/** Which list of workers and machines, and what of it. */
export type Fleet = "" | "phones" | "works";
const FLEET: readonly string[] = ["phones", "works"];
export const FLEET_WORKERS = ["overdue", "unsent", "missing", "incomplete", "held", "silent"] as const;
export const FLEET_PHONES = ["silent", "unsent", "uploads"] as const;

export type Place =
  | { screen: "overview"; as?: "table" }
  | { screen: "workers"; tab: Fleet; show: string; worker: string }
  | { screen: "checking"; service: string; unit: string; worker: string; from: string; to: string }
  | { screen: "held"; which: Which; hash: string; worker: string; phone: string }
  | { screen: "audit"; kind: "reads" | "acts"; by: string; family: string; from: string; to: string }
  | { screen: "families"; q: string; only: Only; service: string; worker: string; phone: string; unit: string; from: string; to: string }
  | { screen: "records"; state: State; service: string; worker: string; phone: string; chain: string; unit: string; from: string; to: string; completions: string }
  | { screen: "map"; layer: "records" | "families"; state: string; service: string; unit: string; from: string; to: string; noticed: string; view: string }
  | { screen: "family"; family: string }
  | { screen: "person"; person: string }
  | { screen: "record"; record: string }
  | { screen: "exports" }
  | { screen: "people"; q?: string }
  | { screen: "worker"; worker: string }
  | { screen: "phone"; phone: string }
  | { screen: "reports"; month: string; show: Shown }
  | { screen: "report"; report: string }
  | { screen: "plans"; only: Planned; state: InForce }
  | { screen: "plan"; family: string; version: string }
  | { screen: "road-maps"; year: string; show: Mapped }
  | { screen: "road-map"; map: string }
  | { screen: "assessments"; quarter: string; show: Assessed }
  | { screen: "assessment"; unit: string; quarter: string }
  | { screen: "conclusion"; quarter: string }
  | { screen: "monitoring"; tab: Watched; period: string; state: string; what: string; unit: string }
  | { screen: "round"; family: string; number: string }
  | { screen: "deadlines"; kind: string; unit: string; state: string; mine: string }
  | { screen: "exchange"; tab: Exchanged; state: "" | (typeof SENT)[number] }
  | { screen: "retention"; tab: Kept }
  | { screen: "erase"; family: string; person: string }
  | { screen: "erased"; erasure: string }
  | { screen: "consent"; person: string }
  /** Without a family a new one. */
  | { screen: "case"; family: string }
  | { screen: "handovers" }
  | { screen: "reference"; which: ReferencePart; year: string; q: string }
  | { screen: "account" }
  | { screen: "home" };

/** Words of the address that are filled in; what is not there is empty. */
function words<Name extends string>(asked: URLSearchParams, ...names: Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, asked.get(name) ?? ""])) as Record<Name, string>;
}

/** `2026-Q3`, or nothing. */
function quarter(word: string | null): string {
  return word !== null && /^\d{4}-Q[1-4]$/.test(word) ? word : "";
}

function one<Word extends string>(of: readonly string[], word: string): Word | "" {
  return of.includes(word) ? (word as Word) : "";
}

export function read(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [screen, id = "", number = ""] = path.split("/").map(decodeURIComponent);
  const asked = new URLSearchParams(query);
  switch (screen) {
    case "overview":
      return asked.get("as") === "table" ? { screen, as: "table" } : { screen };
    case "workers": {
      const tab = one<Exclude<Fleet, "">>(FLEET, id);
      return { screen, tab, show: one(tab === "phones" ? FLEET_PHONES : FLEET_WORKERS, asked.get("show") ?? ""), worker: asked.get("worker") ?? "" };
    }
    case "people": {
      const q = asked.get("q");
      return q ? { screen, q } : { screen };
    }
    case "exports":
    case "account":
    case "handovers":
      return { screen };
    case "case":
      return { screen, family: id };
    case "checking":
      return { screen, ...words(asked, "service", "unit", "worker", "from", "to") };
    case "held": {
      return { screen, which: one<Which>(WHICH, asked.get("which") ?? "") || "records", hash: id, ...words(asked, "worker", "phone") };
    }
    case "audit": {
      const told = (name: string) => asked.get(name) ?? "";
      return { screen, kind: told("kind") === "acts" ? "acts" : "reads", by: told("by"), family: told("family"), from: told("from"), to: told("to") };
    }
    case "reference": {
      const year = asked.get("year") ?? "";
      return { screen, which: PARTS.includes(id) ? (id as ReferencePart) : "calendar", year: /^\d{4}$/.test(year) ? year : "", q: asked.get("q") ?? "" };
    }
    case "families":
      return { screen, only: one<Exclude<Only, "">>(ONLY, asked.get("only") ?? ""), ...words(asked, "q", "service", "worker", "phone", "unit", "from", "to") };
    case "records":
      return { screen, state: one<Exclude<State, "">>(STATES, asked.get("state") ?? ""), ...words(asked, "service", "worker", "phone", "chain", "unit", "from", "to", "completions") };
    case "map": {
      const word = (name: string) => asked.get(name) ?? "";
      const layer = word("layer") === "families" ? "families" : "records";
      return { screen, layer, state: word("state"), service: word("service"), unit: word("unit"), from: word("from"), to: word("to"), noticed: word("noticed"), view: word("view") };
    }
    case "family":
      return id ? { screen, family: id } : FAMILIES;
    case "person":
      return id ? { screen, person: id } : FAMILIES;
    case "record":
      return id ? { screen, record: id } : { screen: "home" };
    case "reports": {
      const month = asked.get("month") ?? "";
      return { screen, month: /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : "", show: one<Exclude<Shown, "">>(SHOWN, asked.get("show") ?? "") };
    }
    case "report":
      return id ? { screen, report: id } : REPORTS;
    case "plans":
      return { screen, only: one<Exclude<Planned, "">>(PLANNED, asked.get("only") ?? ""), state: one<Exclude<InForce, "">>(IN_FORCE, asked.get("state") ?? "") };
    case "plan":
      return id ? { screen, family: id, version: /^\d{1,4}$/.test(number) ? number : "" } : PLANS;
    case "road-maps": {
      const year = asked.get("year") ?? "";
      return { screen, year: /^20\d{2}$/.test(year) ? year : "", show: one<Exclude<Mapped, "">>(MAPPED, asked.get("show") ?? "") };
    }
    case "road-map":
      return id ? { screen, map: id } : ROAD_MAPS;
    case "assessments":
      return { screen, quarter: quarter(asked.get("quarter")), show: one<Exclude<Assessed, "">>(ASSESSED, asked.get("show") ?? "") };
    case "assessment":
      return id ? { screen, unit: id, quarter: quarter(asked.get("quarter")) } : ASSESSMENTS;
    case "conclusion":
      return quarter(id) ? { screen, quarter: id } : ASSESSMENTS;
    case "monitoring": {
      const told = words(asked, "period", "state", "what", "unit");
      return { screen, ...told, tab: one<Exclude<Watched, "">>(WATCHED, id), period: told.period === "all" ? "all" : quarter(told.period) };
    }
    case "round":
      return id && /^\d{1,2}$/.test(number) ? { screen, family: id, number } : MONITORING;
    case "deadlines":
      return { screen, ...words(asked, "kind", "unit", "state"), mine: asked.get("mine") === "true" ? "true" : "" };
    case "exchange":
      return { screen, tab: one<Exclude<Exchanged, "">>(EXCHANGED, id), state: one<(typeof SENT)[number]>(SENT, asked.get("state") ?? "") };
    case "retention":
      return { screen, tab: one<Exclude<Kept, "">>(KEPT, id) };
    case "erase":
      return id ? { screen, family: id, person: asked.get("person") ?? "" } : RETENTION;
    case "erased":
      return id ? { screen, erasure: id } : RETENTION;
    case "consent":
      return id ? { screen, person: id } : FAMILIES;
    case "worker":
      return id ? { screen, worker: id } : { screen: "people" };
    case "phone":
      return id ? { screen, phone: id } : { screen: "people" };
    default:
      return { screen: "home" };
  }
}

/** `?a=b&c=d` of those that are not empty. */
function filters(words: Record<string, string>): string {
  const said = new URLSearchParams(given<Record<string, string>>(words) as Record<string, string>);
  return said.size > 0 ? `?${said}` : "";
}

/** The words of a place that say something, as a question or an export takes them; codes are checked where they are asked. */
export function given<Query>(words: Record<string, string>): Partial<Query> {
  return Object.fromEntries(Object.entries(words).filter(([, word]) => word !== "")) as Partial<Query>;
}

export function write(place: Place): string {
  const query = (name: string, value: string) => (value ? `?${new URLSearchParams({ [name]: value })}` : "");
  switch (place.screen) {
    case "home":
      return "#/";
    case "overview":
      return `#/overview${query("as", place.as ?? "")}`;
    case "people":
      return `#/people${query("q", place.q ?? "")}`;
    case "workers":
      return `#/workers${place.tab ? `/${place.tab}` : ""}${filters({ show: place.show, worker: place.worker })}`;
    case "held":
      return `#/held${place.hash ? `/${place.hash}` : ""}${filters({ which: place.which === "records" ? "" : place.which, worker: place.worker, phone: place.phone })}`;
    case "audit": {
      const told = Object.entries({ kind: place.kind === "reads" ? "" : place.kind, by: place.by, family: place.family, from: place.from, to: place.to });
      const asked = new URLSearchParams(told.filter(([, value]) => value !== ""));
      return `#/audit${asked.size > 0 ? `?${asked}` : ""}`;
    }
    case "reference":
      return `#/reference/${place.which}${place.year ? query("year", place.year) : query("q", place.q)}`;
    case "checking":
    case "deadlines":
    case "families":
    case "reports":
    case "plans":
    case "road-maps":
    case "assessments":
    case "records": {
      const { screen, ...words } = place;
      return `#/${screen}${filters(words)}`;
    }
    case "map": {
      const { screen, layer, ...words } = place;
      const said = Object.entries(words).filter(([, word]) => word !== "");
      if (layer === "families") said.unshift(["layer", layer]);
      return said.length > 0 ? `#/${screen}?${new URLSearchParams(said)}` : `#/${screen}`;
    }
    case "plan":
      return `#/plan/${place.family}${place.version ? `/${place.version}` : ""}`;
    case "family":
      return `#/family/${place.family}`;
    case "person":
      return `#/person/${place.person}`;
    case "record":
      return `#/record/${place.record}`;
    case "report":
      return `#/report/${place.report}`;
    case "road-map":
      return `#/road-map/${place.map}`;
    case "assessment":
      return `#/assessment/${place.unit}${query("quarter", place.quarter)}`;
    case "conclusion":
      return `#/conclusion/${place.quarter}`;
    case "monitoring": {
      const { screen, tab, ...words } = place;
      return `#/${screen}${tab ? `/${tab}` : ""}${filters(words)}`;
    }
    case "round":
      return `#/round/${place.family}/${place.number}`;
    case "exchange":
      return `#/exchange${place.tab ? `/${place.tab}` : ""}${query("state", place.state)}`;
    case "retention":
      return `#/retention${place.tab ? `/${place.tab}` : ""}`;
    case "erase":
      return `#/erase/${place.family}${query("person", place.person)}`;
    case "erased":
      return `#/erased/${place.erasure}`;
    case "consent":
      return `#/consent/${place.person}`;
    case "case":
      return place.family ? `#/case/${place.family}` : "#/case";
    case "worker":
      return `#/worker/${place.worker}`;
    case "phone":
      return `#/phone/${place.phone}`;
    default:
      return `#/${place.screen}`;
  }
}

class Router {
  place = $state.raw<Place>(read(location.hash));

  start(): () => void {
    const changed = () => (this.place = read(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }

  go(place: Place): void {
    location.hash = write(place);
  }

  /** The same page with another filter: no step back leads to it. */
  stay(place: Place): void {
    history.replaceState(null, "", write(place));
    this.place = place;
  }
}

/** The lists without any filter. */
export const CHECKING: Extract<Place, { screen: "checking" }> = { screen: "checking", service: "", unit: "", worker: "", from: "", to: "" };
export const FAMILIES: Extract<Place, { screen: "families" }> = { screen: "families", q: "", only: "", service: "", worker: "", phone: "", unit: "", from: "", to: "" };
export const RECORDS: Extract<Place, { screen: "records" }> = { screen: "records", state: "", service: "", worker: "", phone: "", chain: "", unit: "", from: "", to: "", completions: "" };
export const REPORTS: Extract<Place, { screen: "reports" }> = { screen: "reports", month: "", show: "" };
export const PLANS: Extract<Place, { screen: "plans" }> = { screen: "plans", only: "", state: "" };
export const ROAD_MAPS: Extract<Place, { screen: "road-maps" }> = { screen: "road-maps", year: "", show: "" };
export const ASSESSMENTS: Extract<Place, { screen: "assessments" }> = { screen: "assessments", quarter: "", show: "" };
export const MONITORING: Extract<Place, { screen: "monitoring" }> = { screen: "monitoring", tab: "", period: "", state: "", what: "", unit: "" };
export const RETENTION: Extract<Place, { screen: "retention" }> = { screen: "retention", tab: "" };
export const EXCHANGE: Extract<Place, { screen: "exchange" }> = { screen: "exchange", tab: "", state: "" };
export const HELD: Extract<Place, { screen: "held" }> = { screen: "held", which: "records", hash: "", worker: "", phone: "" };
export const DEADLINES: Extract<Place, { screen: "deadlines" }> = { screen: "deadlines", kind: "", unit: "", state: "", mine: "" };
/** The map without any filter. */
export const MAP: Extract<Place, { screen: "map" }> = { screen: "map", layer: "records", state: "", service: "", unit: "", from: "", to: "", noticed: "", view: "" };

export const router = new Router();
