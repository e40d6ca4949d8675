const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The length of a trimmed text as the server counts it: in grapheme clusters. */
export const lengthOf = (text) => [...segmenter.segment(text.trim().normalize("NFC"))].length;
