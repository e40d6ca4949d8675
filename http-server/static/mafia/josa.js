const FIRST = 0xac00;
const LAST = 0xd7a3;
const FINALS = 28;
/** Final consonants of the digits 0 to 9 as they are read: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구. */
const DIGIT_FINAL = [true, true, false, true, false, false, true, true, true, false];

/** Whether a word ends in a consonant, as it is read aloud; Latin words by their last letter. */
export function endsInConsonant(word) {
  const last = [...word.trim()].at(-1) ?? "";
  const code = last.codePointAt(0) ?? 0;
  if (code >= FIRST && code <= LAST) return (code - FIRST) % FINALS !== 0;
  if (/\d/.test(last)) return DIGIT_FINAL[Number(last)];
  return /[lmnbckpt]/i.test(last);
}

/** A word with the one of two Korean particles that fits it: `josa("민수", "이", "가")` is `민수가`. */
export const josa = (word, afterConsonant, afterVowel) => word + (endsInConsonant(word) ? afterConsonant : afterVowel);
