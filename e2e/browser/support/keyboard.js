import assert from "node:assert/strict";

/** More than any page has. */
const STOPS = 80;

/** Presses Tab until the focus is at the selector; an invisible focus is a fault. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < STOPS; presses += 1) {
    await page.keyboard.press("Tab");
    const { there, seen, where } = await page.evaluate((wanted) => {
      const focused = document.activeElement;
      const ringed = (element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      };
      // A round seat has its ring around the face within.
      const seen = focused === document.body || [focused, ...focused.querySelectorAll("*")].some(ringed);
      return { where: focused.cloneNode().outerHTML, there: focused.matches(wanted), seen };
    }, selector);
    assert.ok(seen, `on the way to ${selector} a focus on ${where} cannot be seen`);
    if (there) return;
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

/** Goes to something and presses Enter on it. */
export async function enter(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
}
