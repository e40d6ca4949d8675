//! The rules for texts that users write: names and lines of talk. They judge a text by what a reader sees.
//!
//! Every text is normalised to NFC. Its length is counted in extended grapheme clusters, which are what a reader counts.

mod bidi;
mod invisible;
mod marks;

use icu_normalizer::ComposingNormalizerBorrowed;
use unicode_segmentation::UnicodeSegmentation as _;

/// The most combining marks on one character. UTS #39 (5.4) gives this bound.
pub const MAX_MARKS: usize = 4;

/// The reason for a refusal. The `Display` text is English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// The text has no visible character.
    #[error("the text is empty or has nothing that can be seen; write at least one visible character")]
    Empty,
    /// The text has too many characters.
    #[error("the text has {found} characters; at most {max} are allowed")]
    TooLong {
        /// The bound, in grapheme clusters.
        max: usize,
        /// The text's length, in grapheme clusters.
        found: usize,
    },
    /// The text has few characters, but they are made of too many bytes.
    #[error("the text has {found} bytes in UTF-8; at most {max} are allowed: use fewer emoji or accents")]
    TooManyBytes {
        /// The bound, in bytes of UTF-8.
        max: usize,
        /// The text's length, in bytes of UTF-8.
        found: usize,
    },
    /// A control character, a noncharacter, or a character that reorders its neighbours.
    #[error("the text has {}, a control character or one that reorders text; remove it", code_point(*found))]
    ControlCharacter {
        /// The first such character.
        found: char,
    },
    /// A character that a reader can't see, in a place where it has no effect on its neighbours.
    #[error("the text has {}, an invisible character; remove it", code_point(*found))]
    InvisibleCharacter {
        /// The first such character.
        found: char,
    },
    /// A combining mark without a character under it, or more than [`MAX_MARKS`] on one character.
    #[error("the text has {}, an accent without a letter or one accent too many; at most {MAX_MARKS} on one letter", code_point(*found))]
    StrayMark {
        /// The first such mark.
        found: char,
    },
}

/// The length bounds of a kind of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In grapheme clusters, after trimming.
    pub characters: usize,
    /// In bytes of UTF-8, after trimming.
    pub bytes: usize,
}

impl Limits {
    fn check(self, text: String) -> Result<String, TextFault> {
        let found = text.graphemes(true).count();
        if !text.chars().any(invisible::is_visible) {
            return Err(TextFault::Empty);
        }
        if found > self.characters {
            return Err(TextFault::TooLong { max: self.characters, found });
        }
        if text.len() > self.bytes {
            return Err(TextFault::TooManyBytes { max: self.bytes, found: text.len() });
        }
        Ok(text)
    }
}

/// Reads a name: one line, trimmed, each run of white space turned into one blank. Each invisible character must belong to
/// the characters beside it, as in a joined emoji or a Persian word.
///
/// # Errors
/// [`TextFault`]: the first rule that the name breaks.
pub fn name(text: &str, limits: Limits) -> Result<String, TextFault> {
    let blanks = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = normalize(&blanks);
    if let Some(found) = name.chars().find(|&c| is_control(c) || bidi::is_bidi_control(c)) {
        return Err(TextFault::ControlCharacter { found });
    }
    if !name.chars().any(invisible::is_visible) {
        return Err(TextFault::Empty);
    }
    invisible::check(&name)?;
    marks::check(&name)?;
    limits.check(name)
}

/// Reads talk: one or more lines, trimmed, each ended by `\n`. Invisible characters may stand anywhere, since some scripts
/// and pasted texts need them. Characters that override the order of text are refused, and an embedding must be closed.
///
/// # Errors
/// [`TextFault`]: the first rule that the text breaks.
pub fn lines(text: &str, limits: Limits) -> Result<String, TextFault> {
    let breaks = text.replace("\r\n", "\n").replace(['\u{2028}', '\u{2029}'], "\n");
    let lines = normalize(breaks.trim());
    if let Some(found) = lines.chars().find(|&c| is_control(c) && !matches!(c, '\n' | '\t')) {
        return Err(TextFault::ControlCharacter { found });
    }
    bidi::check(&lines)?;
    marks::check(&lines)?;
    limits.check(lines)
}

/// macOS and some Korean input methods send decomposed text: three code points for one syllable.
fn normalize(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

fn is_control(c: char) -> bool {
    let is_noncharacter = matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff) || matches!(c, '\u{fdd0}'..='\u{fdef}');
    // Beside the controls: interlinear annotation, and the placeholder of an embedded object.
    c.is_control() || is_noncharacter || matches!(c, '\u{fff9}'..='\u{fffc}')
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests;
