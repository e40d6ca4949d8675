import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  // Inside a container there is no user but root, and Chromium's sandbox refuses root.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** The time limit for content of a page. */
const PATIENCE_MS = 15_000;

export const PHONE = { width: 360, height: 740 };
export const LAPTOP = { width: 1280, height: 800 };

/** A browser that keeps no cookies; `close()` ends it. */
export async function launchWithoutCookies(site, lang) {
  const dir = await mkdtemp(join(tmpdir(), "no-cookies-"));
  await mkdir(join(dir, "Default"));
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(dir, "Default", "Preferences"), JSON.stringify(preferences));
  const locale = lang === "ko" ? "ko-KR" : "en-GB";
  const context = await chromium.launchPersistentContext(dir, { executablePath: CHROMIUM, args: FLAGS, baseURL: site.origin, locale, viewport: PHONE });
  context.setDefaultTimeout(PATIENCE_MS);
  const close = async () => {
    await context.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { context, close };
}

export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** A user with a browser. Each complaint of the browser fails the test, unless it was expected. */
export class Guest {
  #complaints = [];
  #expected = [];

  static async arrive(browser, site, { lang = "en", viewport = LAPTOP, script = true, dark = false } = {}) {
    const guest = new Guest();
    guest.context = await browser.newContext({
      baseURL: site.origin,
      viewport,
      javaScriptEnabled: script,
      locale: lang === "ko" ? "ko-KR" : "en-GB",
      colorScheme: dark ? "dark" : "light",
    });
    await guest.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.origin });
    guest.context.setDefaultTimeout(PATIENCE_MS);
    guest.page = await guest.newPage();
    return guest;
  }

  /** Another tab of the same browser. */
  async newPage() {
    const page = await this.context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.#complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.#complaints.push(error.stack ?? String(error)));
    return page;
  }

  /** Expects a complaint of the browser. */
  expectComplaint(pattern) {
    this.#expected.push(pattern);
  }

  /** Enters a nickname where the page asks for one. */
  async signIn(nickname) {
    await this.page.locator("#nickname").fill(nickname);
    await this.page.locator("form[action='/sign-in'] button").click();
    await this.page.locator(".me").waitFor();
  }

  /** Opens the site and signs in. */
  async comeIn(nickname) {
    await this.page.goto("/");
    await this.signIn(nickname);
  }

  /** A request of the page's own origin; answers the JSON. Told to wait, it waits as long as it was told. */
  async api(method, path, body) {
    const answer = await this.page.evaluate(
      async ([method, path, body]) => {
        const headers = { "content-type": "application/json" };
        const response = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
        return { status: response.status, wait: Number(response.headers.get("retry-after")), json: await response.json() };
      },
      [method, path, body],
    );
    if (answer.status === 429) {
      this.expectComplaint(/status of 429/);
      await new Promise((resolve) => setTimeout(resolve, answer.wait * 1000));
      return this.api(method, path, body);
    }
    assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json;
  }

  /** Posts a message in a room without its page. */
  post(code, body) {
    return this.api("POST", `/rooms/${code}/messages`, { body });
  }

  /** Closes the browser and returns its complaints. */
  async goHome() {
    await this.context.close();
    const unexpected = this.#complaints.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
    assert.deepEqual(unexpected, [], "the browser complained");
  }
}
