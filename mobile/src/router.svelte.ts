// Where the worker is: the part of the address after `#`. A phone's back button is the browser's; nothing else is kept.
import { kept } from "./state/families.svelte";

export type Place =
  | { screen: "today" }
  | { screen: "families" }
  | { screen: "family"; family: string }
  | { screen: "person"; family: string; person: string }
  | { screen: "activity"; activity: string }
  | { screen: "draft"; draft: string; part: string | null }
  | { screen: "review"; draft: string }
  | { screen: "sealed"; draft: string }
  | { screen: "sent" }
  | { screen: "record"; record: string }
  | { screen: "sync" }
  | { screen: "help" }
  | { screen: "service-help"; service: string }
  | { screen: "diagnostics" }
  | { screen: "settings" }
  | { screen: "acts"; family: string }
  | { screen: "new-phone" }
  | { screen: "enrol"; link: string }
  | { screen: "unknown" };

/** Screens with one id, and what it is called. */
const WITH_ID: Record<string, { screen: Place["screen"]; key: string }> = {
  families: { screen: "family", key: "family" },
  activities: { screen: "activity", key: "activity" },
  review: { screen: "review", key: "draft" },
  sealed: { screen: "sealed", key: "draft" },
  records: { screen: "record", key: "record" },
  help: { screen: "service-help", key: "service" },
  acts: { screen: "acts", key: "family" },
};
const PLAIN = new Set(["today", "families", "sent", "sync", "help", "diagnostics", "settings", "new-phone"]);

/** Reads `#/families/7d…`. */
export function read(hash: string): Place {
  const [path = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first = "", id, second, third] = path.split("/").map(decodeURIComponent);
  if (first === "") return { screen: "today" };
  if (id === undefined || id === "") {
    return PLAIN.has(first) ? ({ screen: first } as Place) : { screen: "unknown" };
  }
  // A phone's shell opens the app with the text of an enrolment QR: `#/enrol/kandas%3A%2F%2Fenrol%3F…`.
  if (first === "enrol" && second === undefined) return { screen: "enrol", link: id };
  if (first === "drafts" && third === undefined) return { screen: "draft", draft: id, part: second ?? null };
  if (first === "families" && second === "persons" && third) return { screen: "person", family: id, person: third };
  const found = WITH_ID[first];
  if (!found || second !== undefined) return { screen: "unknown" };
  return { screen: found.screen, [found.key]: id } as unknown as Place;
}

/** Main screens besides the list of families: on the way to them it forgets where it was. */
const MAIN = new Set<Place["screen"]>(["today", "sent", "sync"]);

/** Marks an entry of the history that stands for sheets. */
const OVER = "over";

class Router {
  place = $state.raw<Place>({ screen: "today" });
  /** How often a way was taken since the app opened: with none, back leads to Today. */
  private depth = 0;
  /** Sheets over the place, the topmost last. */
  private sheets: (() => void)[] = [];
  /** Whether the present entry of the history stands for them, and at which place: going back from it closes one. */
  private lifted = false;
  private under = "";
  /** The entry is being left; then this happens. */
  private landing: (() => void) | null = null;

  start(): () => void {
    const follow = () => this.show(location.hash);
    const popped = () => this.popped();
    follow();
    // Begun anew where a sheet was open: its entry is still there, and nothing is to be felt of it.
    if (history.state === OVER) [this.lifted, this.under] = [true, location.hash];
    addEventListener("hashchange", follow);
    addEventListener("popstate", popped);
    return () => {
      removeEventListener("hashchange", follow);
      removeEventListener("popstate", popped);
    };
  }

  private show(hash: string): void {
    const place = read(hash);
    this.place = place;
    if (MAIN.has(place.screen)) kept.forget();
    scrollTo(0, 0);
  }

  go(path: string): void {
    if (this.landing) return this.after(() => this.go(path));
    this.depth += 1;
    if (this.lifted && history.state === OVER) {
      // The new place takes the place of the sheet that leads to it.
      this.lifted = false;
      history.replaceState(null, "", `#/${path}`);
      this.show(location.hash);
    } else location.hash = `#/${path}`;
  }

  /** Instead of the present place: a sealed draft is no place to go back to. */
  replace(path: string): void {
    this.show(`#/${path}`);
    const put = () => history.replaceState(null, "", `#/${path}`);
    if (this.landing) this.after(put);
    else this.land(put);
  }

  /** A sheet lies over the place: the phone's back button closes it, and nothing else. Answers how it goes. */
  lay(close: () => void): () => void {
    this.sheets.push(close);
    this.lift();
    return () => {
      this.sheets = this.sheets.filter((each) => each !== close);
      // One sheet may give way to another in the same moment.
      setTimeout(() => this.sheets.length || this.landing || this.land(() => {}));
    };
  }

  private lift(): void {
    if (this.landing) return this.after(() => this.sheets.length && this.lift());
    if (this.lifted) return;
    history.pushState(OVER, "");
    [this.lifted, this.under] = [true, location.hash];
  }

  /** Leaves the entry that stands for sheets, if it is the present one. */
  private land(then: () => void): void {
    const there = this.lifted && history.state === OVER;
    this.lifted = false;
    if (!there) return then();
    this.landing = then;
    history.back();
  }

  private after(then: () => void): void {
    const first = this.landing;
    this.landing = () => {
      first?.();
      then();
    };
  }

  private popped(): void {
    if (history.state === OVER) {
      // A sheet that was open here once is not opened anew.
      if (!this.lifted) history.back();
      return;
    }
    const landing = this.landing;
    this.landing = null;
    if (landing) return landing();
    if (!this.lifted) return;
    this.lifted = false;
    if (location.hash !== this.under) return;
    const close = this.sheets.at(-1);
    if (!close) return history.back();
    close();
    // The one below it is closed next.
    setTimeout(() => this.sheets.length && this.lift());
  }

  back(otherwise = "today"): void {
    if (history.length > 1 && this.depth > 0) {
      this.depth -= 1;
      history.back();
    } else {
      this.replace(otherwise);
    }
  }
}

export const router = new Router();
