// Whether this browser can draw a map. Apart from the map itself, so that nobody loads it for nothing.
let can: boolean | undefined;

export function hasWebGl(): boolean {
  if (can === undefined) {
    try {
      const context = document.createElement("canvas").getContext("webgl2");
      can = context !== null;
      // Browsers keep few of these alive.
      context?.getExtension("WEBGL_lose_context")?.loseContext();
    } catch {
      can = false;
    }
  }
  return can;
}
