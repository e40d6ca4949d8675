import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { sticksOut } from "../support/fits.js";
import { Guest, PHONE, launch, launchWithoutCookies } from "../support/guest.js";
import { Site } from "../support/site.js";

const says = (guest, text) => guest.page.locator("#connection").filter({ hasText: text }).waitFor();

/** Takes a picture of the state if `SHOTS` names a folder. */
async function shoot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
}

const SITES = [
  ["the socket server refuses the page's origin", () => Site.startForeign(), { en: "does not answer, or refuses it", ko: "응답하지 않거나 연결을 거절해요" }],
  ["the page looks for sockets at the wrong process", () => Site.startMisled(), { en: "http-server answers instead of ws-server", ko: "ws-server 대신 http-server가 받았어요" }],
  ["both processes have different keys", () => Site.startWithTwoKeys(), { en: "have the same SECRET_KEY", ko: "SECRET_KEY와 시계를 확인" }],
  ["both processes have different databases", () => Site.startWithTwoDatabases(), { en: "does not find your session", ko: "세션을 찾지 못해요" }],
];

for (const [what, start, told] of SITES) {
  describe(`a page that cannot connect says why: ${what}`, () => {
    let site;
    let browser;
    before(async () => {
      [site, browser] = await Promise.all([start(), launch()]);
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
    });

    for (const lang of ["en", "ko"]) {
      test(lang, async () => {
        const ann = await Guest.arrive(browser, site, { lang, viewport: PHONE });
        ann.expectComplaint(/WebSocket connection|Failed to load resource/);
        await ann.comeIn("Ann");
        await says(ann, told[lang]);
        assert.deepEqual(await sticksOut(ann.page), []);
        await shoot(ann.page, `${told.en.slice(0, 7)}-${lang}`);
        await ann.goHome();
      });
    }

    test("a page under https with a ws:// address does not wait for ever", async () => {
      const ann = await Guest.arrive(browser, site, { viewport: PHONE });
      ann.expectComplaint(/Mixed Content|WebSocket connection|Failed to load resource/);
      await ann.comeIn("Ann");
      // As a proxy serves it that the server does not trust: the server takes the page for one under http.
      await ann.context.route("https://secure.example/**", async (route) => {
        const answer = await route.fetch({ url: `${site.origin}${new URL(route.request().url()).pathname}` });
        const body = (await answer.text()).replace(/data-ws-url="[^"]*"/, 'data-ws-url="ws://secure.example"');
        await route.fulfill({ status: answer.status(), headers: { "content-type": answer.headers()["content-type"] }, body });
      });
      await ann.page.goto("https://secure.example/");
      await says(ann, "TRUSTED_PROXIES");
      await shoot(ann.page, "security");
      await ann.goHome();
    });
  });
}

describe("a browser that keeps no cookies", () => {
  let site;
  before(async () => (site = await Site.start("one process")));
  after(() => site?.stop());

  for (const [lang, told] of [["en", "did not keep our cookie"], ["ko", "쿠키를 저장하지 않아"]]) {
    test(`the sign-in form says so (${lang})`, async () => {
      const { context, close } = await launchWithoutCookies(site, lang);
      const page = await context.newPage();
      for (let tries = 0; tries < 3; tries += 1) {
        await page.goto("/");
        await page.locator("#nickname").fill("Ann");
        await page.locator("form[action='/sign-in'] button").click();
        await page.locator("#cookies-off").filter({ hasText: told }).waitFor();
        assert.equal(await page.locator("#nickname").inputValue(), "Ann");
      }
      assert.deepEqual(await sticksOut(page), []);
      await shoot(page, `cookies-${lang}`);
      await close();
    });
  }
});
