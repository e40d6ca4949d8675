import assert from "node:assert/strict";

/** A user of a site, signed in from Node. */
export class Account {
  #origin;
  /** The header `Cookie`. */
  cookie;

  static async open(site, nickname) {
    const account = new Account();
    account.#origin = site.origin;
    const answer = await account.#ask("POST", "/session", { nickname });
    account.cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
    return account;
  }

  /** A request to the API; returns the answer's JSON, or null without one. */
  async call(method, path, body) {
    const text = await (await this.#ask(method, path, body)).text();
    return text === "" ? null : JSON.parse(text);
  }

  async #ask(method, path, body) {
    const headers = { "content-type": "application/json", origin: this.#origin, ...(this.cookie && { cookie: this.cookie }) };
    const answer = await fetch(`${this.#origin}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? "" : await answer.text()}`);
    return answer;
  }
}
