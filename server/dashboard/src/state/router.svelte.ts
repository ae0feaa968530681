// Where one is: the part of the address after `#`, filters included, so that a page can be shared and found again.
export type Which = "records" | "gaps" | "handovers" | "decided";
const WHICH: readonly string[] = ["records", "gaps", "handovers", "decided"];
export type Only = "" | "done" | "soon" | "overdue" | "unvisited";
const ONLY: readonly string[] = ["done", "soon", "overdue", "unvisited"];
/** What has become of a record, as lists and numbers say it. */
export const STATES = ["unchecked", "accepted", "remarked", "returned", "unanswered", "answered", "held", "handover", "incomplete", "noticed", "done"] as const;
export type State = "" | (typeof STATES)[number];

export type ReferencePart = "calendar" | "thresholds" | "settlements" | "services" | "report" | "reasons";
const PARTS: readonly string[] = ["calendar", "thresholds", "settlements", "services", "report", "reasons"];
/** Which centres the list of reports shows. */
export type Shown = "" | "overdue" | "waiting";
const SHOWN: readonly string[] = ["overdue", "waiting"];

export type Place =
  | { screen: "overview" }
  | { screen: "checking"; service: string }
  | { screen: "held"; which: Which; hash: string; worker: string; phone: string }
  | { screen: "audit"; kind: "reads" | "acts"; by: string; family: string; from: string; to: string }
  | { screen: "families"; q: string; only: Only; service: string; worker: string; phone: string; unit: string; from: string; to: string }
  | { screen: "records"; state: State; service: string; worker: string; phone: string; chain: string; unit: string; from: string; to: string }
  | { screen: "map"; layer: "records" | "families"; state: string; service: string; unit: string; from: string; to: string; noticed: string; view: string }
  | { screen: "family"; family: string }
  | { screen: "record"; record: string }
  | { screen: "exports" }
  | { screen: "people" }
  | { screen: "worker"; worker: string }
  | { screen: "phone"; phone: string }
  | { screen: "reports"; month: string; show: Shown }
  | { screen: "report"; report: string }
  | { screen: "reference"; which: ReferencePart; year: string; q: string }
  | { screen: "account" }
  | { screen: "home" };

/** Words of the address that are filled in; what is not there is empty. */
function words<Name extends string>(asked: URLSearchParams, ...names: Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, asked.get(name) ?? ""])) as Record<Name, string>;
}

function one<Word extends string>(of: readonly string[], word: string): Word | "" {
  return of.includes(word) ? (word as Word) : "";
}

export function read(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [screen, id = ""] = path.split("/").map(decodeURIComponent);
  const asked = new URLSearchParams(query);
  switch (screen) {
    case "overview":
    case "exports":
    case "people":
    case "account":
      return { screen };
    case "checking":
      return { screen, service: asked.get("service") ?? "" };
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
      return { screen, state: one<Exclude<State, "">>(STATES, asked.get("state") ?? ""), ...words(asked, "service", "worker", "phone", "chain", "unit", "from", "to") };
    case "map": {
      const word = (name: string) => asked.get(name) ?? "";
      const layer = word("layer") === "families" ? "families" : "records";
      return { screen, layer, state: word("state"), service: word("service"), unit: word("unit"), from: word("from"), to: word("to"), noticed: word("noticed"), view: word("view") };
    }
    case "family":
      return id ? { screen, family: id } : FAMILIES;
    case "record":
      return id ? { screen, record: id } : { screen: "home" };
    case "reports": {
      const month = asked.get("month") ?? "";
      return { screen, month: /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : "", show: one<Exclude<Shown, "">>(SHOWN, asked.get("show") ?? "") };
    }
    case "report":
      return id ? { screen, report: id } : REPORTS;
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
    case "checking":
      return `#/checking${query("service", place.service)}`;
    case "held":
      return `#/held${place.hash ? `/${place.hash}` : ""}${filters({ which: place.which === "records" ? "" : place.which, worker: place.worker, phone: place.phone })}`;
    case "audit": {
      const told = Object.entries({ kind: place.kind === "reads" ? "" : place.kind, by: place.by, family: place.family, from: place.from, to: place.to });
      const asked = new URLSearchParams(told.filter(([, value]) => value !== ""));
      return `#/audit${asked.size > 0 ? `?${asked}` : ""}`;
    }
    case "reference":
      return `#/reference/${place.which}${place.year ? query("year", place.year) : query("q", place.q)}`;
    case "families":
    case "reports":
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
    case "family":
      return `#/family/${place.family}`;
    case "record":
      return `#/record/${place.record}`;
    case "report":
      return `#/report/${place.report}`;
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
export const FAMILIES: Extract<Place, { screen: "families" }> = { screen: "families", q: "", only: "", service: "", worker: "", phone: "", unit: "", from: "", to: "" };
export const RECORDS: Extract<Place, { screen: "records" }> = { screen: "records", state: "", service: "", worker: "", phone: "", chain: "", unit: "", from: "", to: "" };
export const REPORTS: Extract<Place, { screen: "reports" }> = { screen: "reports", month: "", show: "" };
export const HELD: Extract<Place, { screen: "held" }> = { screen: "held", which: "records", hash: "", worker: "", phone: "" };
/** The map without any filter. */
export const MAP: Extract<Place, { screen: "map" }> = { screen: "map", layer: "records", state: "", service: "", unit: "", from: "", to: "", noticed: "", view: "" };

export const router = new Router();
