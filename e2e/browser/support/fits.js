/** Watches a table: what is wider than the window, and what lies over something else, when a phase is drawn. `faults` gives `{phase: [fault]}`. */
export async function watchPlaces(page) {
  await page.evaluate(() => {
    window.misplaced = {};
    const look = () => {
      const { phase } = document.body.dataset;
      const faults = (window.misplaced[phase] ??= []);
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} px wide`);
      for (const element of document.querySelectorAll("#table button, #table textarea, #table input, #scene li, #now, #news, #table h1")) {
        const { left, right, width } = element.getBoundingClientRect();
        if (width > 0 && (left < -1 || right > clientWidth + 1)) {
          faults.push(`${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent}: ${Math.round(left)} to ${Math.round(right)} px`);
        }
      }
      const [scene, hand] = ["#scene", ".hand"].map((part) => document.querySelector(part).getBoundingClientRect());
      if (scene.bottom > hand.top + 1 && scene.right > hand.left) faults.push(`the table ends at ${Math.round(scene.bottom)} px, below the ${Math.round(hand.top)} px of the buttons`);
      for (const button of document.querySelectorAll("#deck button")) {
        const { bottom } = button.getBoundingClientRect();
        if (bottom > document.documentElement.clientHeight + 1) faults.push(`${button.textContent} ends at ${Math.round(bottom)} px`);
      }
    };
    // The page draws all of a phase at once; the observer is called right after.
    new MutationObserver(look).observe(document.body, { attributes: true, attributeFilter: ["data-phase"] });
    look();
  });
}

/** The elements that are wider than the window or stick out of it. */
export const sticksOut = (page) =>
  page.evaluate(() => {
    const { clientWidth } = document.documentElement;
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
    return wide.map(({ tagName, className }) => `${tagName}.${className}`);
  });

/** What `watchPlaces` has found until now. */
export const faults = (page) => page.evaluate(() => window.misplaced);
