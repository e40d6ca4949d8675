//! Characters that a reader can't see, and the places where they have an effect that a reader can see.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic, GeneralCategory,
        GeneralCategoryGroup, JoiningType, Script, UnifiedIdeograph,
    },
};

use crate::{TextFault, marks};

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
/// The flag that a sequence of tags turns into another flag, and the end of such a sequence.
const BLACK_FLAG: char = '\u{1f3f4}';
const CANCEL_TAG: char = '\u{e007f}';
/// The flags of England, Scotland and Wales: the only sequences of tags that Unicode recommends.
const TAGGED_FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// Whether a reader sees the character by itself: neither white space, nor a control, nor a mark, nor blank.
pub(crate) fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_blank(c) || marks::is_mark(c))
}

/// Whether the character is shown as nothing by default, or is a control of a script.
pub(crate) fn is_ignorable(c: char) -> bool {
    let egyptian_control = matches!(c, '\u{13430}'..='\u{1343f}');
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) || egyptian_control
}

/// Ignorable, or a sign whose picture is empty: the Braille pattern without dots and the musical notehead without a head.
fn is_blank(c: char) -> bool {
    is_ignorable(c) || matches!(c, '\u{2800}' | '\u{1d159}' | '\u{fff9}'..='\u{fffc}')
}

/// Refuses the first blank character that changes nothing a reader can see.
pub(crate) fn check(text: &str) -> Result<(), TextFault> {
    let chars: Vec<char> = text.chars().collect();
    let stray = (0..chars.len()).find(|&at| is_blank(chars[at]) && !has_effect(&chars, at));
    stray.map_or(Ok(()), |at| Err(TextFault::InvisibleCharacter { found: chars[at] }))
}

fn has_effect(chars: &[char], at: usize) -> bool {
    let (before, after) = (&chars[..at], &chars[at + 1..]);
    match chars[at] {
        ZWJ => joins_emoji(before, after) || shapes_conjunct(before, after),
        ZWNJ => parts_cursive(before, after) || shapes_conjunct(before, after),
        c => selects_variant(c, before, after) || is_tag_of_flag(c, before, after),
    }
}

/// UTS #51: an emoji, perhaps with a skin tone or a presentation selector, joined to an emoji.
fn joins_emoji(before: &[char], after: &[char]) -> bool {
    let base = before.iter().rev().find(|&&c| !(c == '\u{fe0f}' || is_modifier(c)));
    base.copied().is_some_and(is_pictograph) && after.first().copied().is_some_and(is_pictograph)
}

/// UAX #31, A2 and B: after a letter's virama. Bengali and Sinhala also have it between a letter and a virama.
fn shapes_conjunct(before: &[char], after: &[char]) -> bool {
    let on_letter = before.iter().rev().find(|&&c| !marks::is_mark(c)).copied().is_some_and(is_letter);
    let follows = before.last().copied().is_some_and(is_virama);
    let precedes = before.last().copied().is_some_and(is_letter) && after.first().copied().is_some_and(is_virama);
    on_letter && (follows || precedes)
}

/// UAX #31, A1: between two letters that would join without it, as in Persian.
fn parts_cursive(before: &[char], after: &[char]) -> bool {
    let left = before.iter().rev().copied().map(joining).find(|&joining| joining != JoiningType::Transparent);
    let right = after.iter().copied().map(joining).find(|&joining| joining != JoiningType::Transparent);
    matches!(left, Some(JoiningType::DualJoining | JoiningType::LeftJoining))
        && matches!(right, Some(JoiningType::DualJoining | JoiningType::RightJoining))
}

/// A selector after a character that has variants: emoji, ideographs, Mongolian letters.
fn selects_variant(c: char, before: &[char], after: &[char]) -> bool {
    let Some(&base) = before.last() else {
        return false;
    };
    match c {
        '\u{fe0e}' | '\u{fe0f}' => has_presentation(base, after),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => CodePointSetData::new::<UnifiedIdeograph>().contains(base),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => is_mongolian(base),
        '\u{180e}' => is_mongolian(base) && after.first().copied().is_some_and(is_mongolian),
        _ => false,
    }
}

/// Digits, `#` and `*` are emoji only as a key: followed by the selector and the enclosing keycap.
fn has_presentation(base: char, after: &[char]) -> bool {
    let is_key = after.first() == Some(&'\u{20e3}');
    CodePointSetData::new::<Emoji>().contains(base) && (!base.is_ascii() || is_key)
}

fn is_tag_of_flag(c: char, before: &[char], after: &[char]) -> bool {
    if tag(c).is_none() && c != CANCEL_TAG {
        return false;
    }
    let Some(flag) = before.iter().rposition(|&c| c == BLACK_FLAG) else {
        return false;
    };
    let sequence = before[flag + 1..].iter().copied().chain([c]).chain(after.iter().copied());
    let region: String = sequence.clone().map_while(tag).collect();
    let is_part = before.len() - flag <= region.len() + 1;
    is_part && TAGGED_FLAGS.contains(&region.as_str()) && sequence.clone().nth(region.len()) == Some(CANCEL_TAG)
}

/// The letter or digit that a tag character stands for.
fn tag(c: char) -> Option<char> {
    char::from_u32(u32::from(c).checked_sub(0xe_0000)?).filter(char::is_ascii_alphanumeric)
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

fn is_modifier(c: char) -> bool {
    CodePointSetData::new::<EmojiModifier>().contains(c)
}

fn is_letter(c: char) -> bool {
    GeneralCategoryGroup::Letter.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

fn is_mongolian(c: char) -> bool {
    is_letter(c) && CodePointMapData::<Script>::new().get(c) == Script::Mongolian
}

fn joining(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}
