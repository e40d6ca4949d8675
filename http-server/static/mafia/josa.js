const FIRST = 0xac00;
const LAST = 0xd7a3;
const FINALS = 28;
/** Final consonants of the digits 0 to 9 as they are read: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구. */
const DIGIT_FINAL = [true, true, false, true, false, false, true, true, true, false];

/** Latin words that end like this end in a consonant when they are read in Korean: 덤플링, 와플, 클레멘타인, 톰, 에릭. */
const LATIN_CONSONANT = /(ng|le|[mn]e|[lmnbc])$/i;
/** Endings that can be either: 잭 and 마크, 필립 and 샤프, 비스킷 and 로버트. */
const LATIN_DOUBTFUL = /[kpt]$/i;

/** Whether a word ends in a consonant as it is read aloud in Korean, by its last letter or digit; `null` where it cannot be decided. */
export function endsInConsonant(word) {
  const read = word.normalize("NFC").replace(/[^\p{L}\p{N}]+$/u, "");
  const last = [...read].at(-1) ?? "";
  const code = last.codePointAt(0) ?? 0;
  if (code >= FIRST && code <= LAST) return (code - FIRST) % FINALS !== 0;
  if (/[0-9]/.test(last)) return DIGIT_FINAL[Number(last)];
  if (LATIN_DOUBTFUL.test(read)) return null;
  return LATIN_CONSONANT.test(read);
}

/**
 * A word with the one of two Korean particles that fits it: `josa("민수", "이", "가")` is `민수가`. Where it cannot be decided, both, as Koreans
 * write it: `Mark이(가)`.
 */
export function josa(word, afterConsonant, afterVowel) {
  const consonant = endsInConsonant(word);
  if (consonant === null) return `${word}${afterConsonant}(${afterVowel})`;
  return word + (consonant ? afterConsonant : afterVowel);
}
