//! Characters that change the order in which text is shown.

use crate::TextFault;

const OVERRIDES: [char; 2] = ['\u{202d}', '\u{202e}'];

/// Marks, embeddings, overrides and isolates, and the code points that are deprecated for the same use.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
}

/// Refuses overrides, and embeddings and isolates that are not closed in their line: they would reorder the text after them.
pub(crate) fn check(text: &str) -> Result<(), TextFault> {
    text.lines().try_for_each(check_line)
}

fn check_line(line: &str) -> Result<(), TextFault> {
    let mut open = Vec::new();
    for c in line.chars() {
        match c {
            c if OVERRIDES.contains(&c) => return Err(TextFault::ControlCharacter { found: c }),
            '\u{202a}' | '\u{202b}' => open.push((c, '\u{202c}')),
            '\u{2066}'..='\u{2068}' => open.push((c, '\u{2069}')),
            '\u{202c}' | '\u{2069}' => match open.pop() {
                Some((_, closer)) if closer == c => {}
                _ => return Err(TextFault::ControlCharacter { found: c }),
            },
            _ => {}
        }
    }
    match open.first() {
        Some(&(found, _)) => Err(TextFault::ControlCharacter { found }),
        None => Ok(()),
    }
}
