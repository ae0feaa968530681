// Who has signed in here. The session itself lies in a cookie that no script can read.
import { Away, call, onOver, Refused, trust, type Me, type Right } from "../api/client";
import { settings } from "./settings.svelte";

class Session {
  /** undefined: nobody has asked yet; null: nobody is signed in. */
  me = $state.raw<Me | null | undefined>(undefined);
  away = $state(false);

  constructor() {
    onOver(() => this.leave());
  }

  async start(): Promise<void> {
    try {
      await this.take(await call("GET /api/session", {}));
    } catch (error) {
      this.away = error instanceof Away;
      this.me = null;
    }
  }

  async enter(login: string, password: string, code: string | null): Promise<void> {
    await this.take(await call("POST /api/session", { body: { login, password, code } }));
  }

  async again(): Promise<void> {
    await this.take(await call("GET /api/session", {}));
  }

  async end(): Promise<void> {
    try {
      await call("DELETE /api/session", {});
    } catch (error) {
      // Over already: then that is what was wanted.
      if (!(error instanceof Refused)) throw error;
    }
    this.leave();
  }

  may(right: Right): boolean {
    return this.me?.rights.includes(right) ?? false;
  }

  private leave(): void {
    trust("");
    this.me = null;
  }

  private async take(me: Me): Promise<void> {
    trust(me.csrf);
    await settings.greet(me.language);
    this.away = false;
    this.me = me;
  }
}

export const session = new Session();
