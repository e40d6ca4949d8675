/** The interactive elements. */
const CONTROLS = new Set(["button", "link", "textbox", "checkbox", "radio", "slider", "spinbutton", "combobox", "tab"]);

/** The controls that have no name where a screen reader looks for it: the browser's own tree. */
export async function namelessControls(guest) {
  const browser = await guest.context.newCDPSession(guest.page);
  const { nodes } = await browser.send("Accessibility.getFullAXTree");
  await browser.detach();
  const controls = nodes.filter(({ ignored, role }) => !ignored && CONTROLS.has(role.value));
  return { count: controls.length, nameless: controls.filter(({ name }) => !name?.value.trim()).map(({ role }) => role.value) };
}

/** How many animations run or wait on the page. */
export const animations = (page) => page.evaluate(() => document.getAnimations().length);
