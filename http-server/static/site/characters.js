const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The length of a text as the server counts it: what a reader sees as one character is one, after trimming. */
export const lengthOf = (text) => [...segmenter.segment(text.trim().normalize("NFC"))].length;
