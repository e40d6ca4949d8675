/** Watches a page: what is wider than the window when a phase is drawn. `widths` gives `{phase: [fault]}`. */
export async function watchWidth(page) {
  await page.evaluate(() => {
    window.widths = {};
    const look = () => {
      const { phase } = document.body.dataset;
      const faults = (window.widths[phase] ??= []);
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} px wide`);
      for (const element of document.querySelectorAll("#table button, #table textarea, #table input, #scene li, #now, #news, #table h1")) {
        const { left, right, width } = element.getBoundingClientRect();
        if (width > 0 && (left < -1 || right > clientWidth + 1)) {
          faults.push(`${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent}: ${Math.round(left)} to ${Math.round(right)} px`);
        }
      }
    };
    // The page draws all of a phase at once; the observer is called right after.
    new MutationObserver(look).observe(document.body, { attributes: true, attributeFilter: ["data-phase"] });
    look();
  });
}

/** What `watchWidth` has found until now. */
export const widths = (page) => page.evaluate(() => window.widths);
