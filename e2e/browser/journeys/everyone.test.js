import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, LAPTOP, PHONE, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";

describe("for everyone", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  async function assertFits(page, where) {
    await page.waitForLoadState("load"); // before it the page may have no styles
    const { content, window } = await page.evaluate(() => ({
      content: document.documentElement.scrollWidth,
      window: document.documentElement.clientWidth,
    }));
    assert.ok(content <= window, `${where} is ${content} px wide in a window of ${window} px`);
  }

  for (const lang of ["ko", "en"]) {
    test(`nothing is wider than a phone (${lang})`, async () => {
      const guest = await Guest.arrive(browser, site, { lang, viewport: PHONE });
      guest.expectComplaint(/status of 404/);
      const { page } = guest;
      await page.goto("/");
      await assertFits(page, "the sign-in form");
      await guest.signIn("가나다라마바사아자차카타파하거너더러머버");
      await assertFits(page, "the lobby");
      const room = await RoomPage.create(guest, "W".repeat(40));
      await room.say("w".repeat(300));
      await room.whenHeard("w".repeat(300));
      await assertFits(page, "the room");
      await page.locator("#people-toggle").click();
      await page.locator("#people").waitFor();
      await assertFits(page, "the room with its people");
      await page.goto("/");
      await assertFits(page, "the lobby with a long name");
      await page.goto("/rooms/QQQQQQ");
      await assertFits(page, "a refusal");
      await guest.goHome();
    });
  }

  test("Korean from the first page on, and English at a press", async () => {
    const guest = await Guest.arrive(browser, site, { lang: "ko" });
    await guest.page.goto("/");
    assert.equal(await guest.page.locator("html").getAttribute("lang"), "ko");
    await guest.page.getByRole("heading", { name: "어서 오세요" }).waitFor();
    await guest.signIn("민지");
    const room = await RoomPage.create(guest, "금요일 밤");
    await room.whenSeated("민지", { online: true });
    await guest.page.locator("#people-count").filter({ hasText: "지금 1명 · 자리 1/50" }).waitFor();
    await guest.page.locator("form[action='/language'] button").click();
    await guest.page.locator("html[lang=en]").waitFor({ state: "attached" });
    assert.match(guest.page.url(), /\/rooms\//, "the same page in the other language");
    await guest.page.locator("#people-count").filter({ hasText: "1 here now · 1 of 50 seats taken" }).waitFor();
    await guest.goHome();
  });

  test("the Enter that ends a syllable does not send", async () => {
    const guest = await Guest.arrive(browser, site, { lang: "ko" });
    await guest.comeIn("민지");
    const room = await RoomPage.create(guest, "한글");
    const input = await guest.context.newCDPSession(guest.page);
    await room.field.focus();
    await guest.page.evaluate(() => {
      window.composing = [];
      addEventListener("keydown", (event) => window.composing.push([event.key, event.isComposing]), true);
    });
    await input.send("Input.imeSetComposition", { text: "안녕", selectionStart: 2, selectionEnd: 2 });
    // An input method takes the key: the page sees it go down, and no character comes of it.
    await input.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
    assert.deepEqual(await guest.page.evaluate(() => window.composing), [["Enter", true]], "the browser was composing");
    assert.equal(await room.field.inputValue(), "안녕", "nothing was sent");
    await input.send("Input.insertText", { text: "안녕" });
    await guest.page.keyboard.press("Enter");
    await room.whenHeard("안녕");
    assert.deepEqual(await room.heard(), { texts: ["안녕"], seqs: [1] });
    await guest.goHome();
  });

  /** Presses Tab until the focus is at the selector; an invisible focus is a fault. */
  async function tabTo(page, selector) {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      const { there, seen, where } = await page.evaluate((wanted) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const nowhere = document.activeElement === document.body;
        const where = document.activeElement.cloneNode().outerHTML;
        return { where, there: document.activeElement.matches(wanted), seen: nowhere || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) };
      }, selector);
      assert.ok(seen, `on the way to ${selector} a focus on ${where} cannot be seen`);
      if (there) return;
    }
    assert.fail(`Tab does not lead to ${selector}`);
  }

  test("the keyboard alone is enough", async () => {
    const guest = await Guest.arrive(browser, site, { viewport: LAPTOP });
    const { page } = guest;
    await page.goto("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "nickname");
    await page.keyboard.type("Kim");
    await page.keyboard.press("Enter");
    await page.locator(".me").waitFor();
    // While a page loads, Chromium goes to the place in its address once more, and takes the focus along.
    await page.waitForLoadState();
    await tabTo(page, ".skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await tabTo(page, "#name");
    await page.keyboard.type("Keys");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/rooms/*");
    const room = await new RoomPage(page).whenLive();
    await tabTo(page, "#body");
    await page.keyboard.type("first line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await page.locator(".message[data-seq]").waitFor();
    assert.deepEqual((await room.heard()).texts, ["first line\nsecond line"]);
    assert.equal(await page.evaluate(() => document.activeElement.id), "body", "ready for the next words");
    await page.keyboard.press("Shift+Tab");
    await tabTo(page, "#copy");
    await page.keyboard.press("Enter");
    await page.locator("#toast").filter({ hasText: "Link copied" }).waitFor();
    await tabTo(page, ".leave button");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/");
    await guest.goHome();
  });

  test("a screen reader announces arrivals and messages, but not the own ones", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
    await ann.comeIn("Ann");
    const annsRoom = await RoomPage.create(ann, "Listen");
    const announced = (text) => ann.page.locator("#announcer p").filter({ hasText: text }).waitFor({ state: "attached" });
    await ben.comeIn("Ben");
    await ben.page.goto(ann.page.url());
    await announced("Ben took a seat");
    await annsRoom.say("my own words");
    await new RoomPage(ben.page).say("hear me");
    await announced("Ben: hear me");
    assert.equal(await ann.page.locator("#announcer").getByText("my own words").count(), 0);
    const unlabelled = await ann.page.evaluate(() =>
      [...document.querySelectorAll("button, input:not([type=hidden]), textarea")]
        .filter((control) => !control.textContent.trim() && !control.labels?.length && !control.getAttribute("aria-label"))
        .map((control) => control.outerHTML),
    );
    assert.deepEqual(unlabelled, []);
    await ann.goHome();
    await ben.goHome();
  });

  test("pages run under a policy that allows nothing but our own files", async () => {
    const guest = await Guest.arrive(browser, site);
    const answer = await guest.page.goto("/");
    const policy = answer.headers()["content-security-policy"];
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), policy);
    }
    assert.ok(!policy.includes("unsafe"), policy);
    await guest.goHome();
  });
});
