// Where one is: the part of the address after `#`, filters included, so that a page can be shared and found again.
export type Place =
  | { screen: "overview" }
  | { screen: "checking"; service: string }
  | { screen: "families"; q: string }
  | { screen: "family"; family: string }
  | { screen: "record"; record: string }
  | { screen: "exports" }
  | { screen: "people" }
  | { screen: "account" }
  | { screen: "home" };

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
    case "families":
      return { screen, q: asked.get("q") ?? "" };
    case "family":
      return id ? { screen, family: id } : { screen: "families", q: "" };
    case "record":
      return id ? { screen, record: id } : { screen: "home" };
    default:
      return { screen: "home" };
  }
}

export function write(place: Place): string {
  const query = (name: string, value: string) => (value ? `?${new URLSearchParams({ [name]: value })}` : "");
  switch (place.screen) {
    case "home":
      return "#/";
    case "checking":
      return `#/checking${query("service", place.service)}`;
    case "families":
      return `#/families${query("q", place.q)}`;
    case "family":
      return `#/family/${place.family}`;
    case "record":
      return `#/record/${place.record}`;
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

export const router = new Router();
