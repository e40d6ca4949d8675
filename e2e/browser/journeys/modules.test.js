import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";
import { TablePage } from "../support/table-page.js";

/** The scripts that a page fetched, and those that its head names. */
async function scripts(page, open) {
  const fetched = new Set();
  const note = (request) => request.resourceType() === "script" && fetched.add(new URL(request.url()).pathname);
  page.on("request", note);
  await open();
  page.off("request", note);
  const named = await page.locator("head link[rel=modulepreload], head script[type=module]").evaluateAll((all) =>
    all.map((element) => element.getAttribute("href") ?? element.getAttribute("src")),
  );
  return { fetched: [...fetched].toSorted(), named: named.toSorted() };
}

describe("the modules of a page", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("are all named in its head, and no others", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const lobby = await scripts(ann.page, async () => {
      await ann.page.goto("/");
      await ann.page.locator('#connection[data-state="live"]').waitFor({ state: "attached" });
    });
    const room = await scripts(ann.page, () => RoomPage.create(ann, "Modules"));
    const { game } = await ann.api("POST", "/games", {});
    const table = await scripts(ann.page, () => new TablePage(ann).open(game.code));
    for (const { fetched, named } of [lobby, room, table]) {
      assert.ok(named.length > 5, `${named}`);
      assert.deepEqual(fetched, named);
    }
    assert.ok(!lobby.named.some((path) => path.includes("/mafia/")) && !table.named.some((path) => path.includes("/rooms/")));
    await ann.goHome();
  });
});
