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

class Router {
  place = $state.raw<Place>({ screen: "today" });
  /** How often a way was taken since the app opened: with none, back leads to Today. */
  private depth = 0;

  start(): () => void {
    const follow = () => {
      const place = read(location.hash);
      this.place = place;
      if (MAIN.has(place.screen)) kept.forget();
      scrollTo(0, 0);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }

  go(path: string): void {
    this.depth += 1;
    location.hash = `#/${path}`;
  }

  /** Instead of the present place: a sealed draft is no place to go back to. */
  replace(path: string): void {
    history.replaceState(null, "", `#/${path}`);
    this.place = read(location.hash);
    scrollTo(0, 0);
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
