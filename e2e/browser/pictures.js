/**
 * Makes the pictures of docs/pictures: real pages of real servers, used by several users at once.
 *
 *     cargo build && npm run pictures --prefix e2e/browser
 *
 * Needs a font with emoji, beside what the tests need (Debian: fonts-noto-color-emoji).
 */
import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { Guest, PHONE, launch } from "./support/guest.js";
import { Party } from "./support/party.js";
import { RoomPage } from "./support/room-page.js";
import { Site } from "./support/site.js";

const FOLDER = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
/** Smaller than a test's: with gradients in it, a larger picture is over the limit. */
const LAPTOP = { width: 1024, height: 640 };
/** A README is read on phones too. */
const MOST_BYTES = 200_000;

async function take(page, name, viewport) {
  await page.setViewportSize(viewport);
  await page.evaluate(() => document.fonts.ready);
  const path = `${FOLDER}${name}.png`;
  // The caret blinks, and a half-done animation differs each time.
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  const { size } = await stat(path);
  assert.ok(size <= MOST_BYTES, `${path} has ${size} bytes, at most ${MOST_BYTES} are meant`);
  console.log(`${path}: ${size} bytes`);
}

/** A vote at a table of six: a phone and a laptop of two players. */
async function vote(browser, site) {
  const party = await Party.gather(browser, site, ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald"], {
    viewport: PHONE,
    options: { first_night_kill: false },
  });
  await party.start();
  const mafia = party.who("mafia");
  const [accused, ...others] = party.others(mafia);
  await party.all(({ table, name }) => table.act(others.find((other) => other.name !== name).name).catch(() => table.sleep()));
  await party.all(({ table }) => table.whenPhase("talk"));
  const talk = [
    [others[0], "Who was awake last night?"],
    [mafia, "I heard steps beside me."],
    [accused, "Not mine. I slept."],
    [others[1], `${accused.name} is very quiet today.`],
  ];
  for (const [{ table }, line] of talk) {
    await table.say(line);
    await party.all((person) => person.table.whenRead(line));
  }
  await party.all(({ table }) => table.do("shorten"));
  await party.all(({ table }) => table.whenPhase("vote"));
  for (const { table } of [mafia, others[0], others[1]]) await table.vote(accused.name);
  await accused.table.vote(mafia.name);
  await party.all(({ table }) => table.whenLinesDrawn(4));
  await take(others[2].guest.page, "mafia-phone", PHONE);
  await take(others[0].guest.page, "mafia-laptop", LAPTOP);
  await party.goHome();
}

/** The first night, in Korean: it looks the same for each role. */
async function night(browser, site) {
  const party = await Party.gather(browser, site, ["하늘", "바다", "구름", "나무", "노을"], { lang: "ko", viewport: PHONE });
  await party.start();
  const [{ guest }] = party.people;
  await take(guest.page, "mafia-phone-ko", PHONE);
  await party.goHome();
}

/** A room and the list of rooms. */
async function rooms(browser, site) {
  const [ada, grace] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
  await ada.comeIn("Ada");
  for (const name of ["Book club", "Sunday walk"]) await ada.api("POST", "/rooms", { name });
  const room = await RoomPage.create(ada, "Friday night");
  await grace.page.goto(await room.link());
  await grace.signIn("Grace");
  const other = await new RoomPage(grace.page).whenLive();
  await room.whenSeated("Grace", { online: true });
  const talk = [
    [room, "Dinner at seven?"],
    [other, "Yes! I bring the board game."],
    [room, "And I the cards for Mafia."],
  ];
  for (const [{ page }, line] of talk) {
    await new RoomPage(page).say(line);
    await Promise.all([room, other].map((each) => each.whenHeard(line)));
  }
  await other.field.pressSequentially("Who");
  await room.whenTyping("Grace is typing…");
  await room.page.locator("#toast:empty").waitFor({ state: "attached" });
  await take(ada.page, "room-laptop", LAPTOP);
  const lobby = await ada.newPage();
  await lobby.goto("/");
  await lobby.locator('#connection[data-state="live"]').waitFor({ state: "attached" });
  await take(lobby, "rooms-phone", PHONE);
  for (const guest of [ada, grace]) await guest.goHome();
}

await mkdir(FOLDER, { recursive: true });
const [site, browser] = await Promise.all([Site.start("one process"), launch()]);
try {
  for (const scene of [rooms, vote, night]) await scene(browser, site);
} finally {
  await browser.close();
  await site.stop();
}
