//! Faults of a form's fields, in the visitor's language.

use store::TextFault;

use super::texts::{SiteTexts, fill};

/// The fault of a text, to be shown at its field. `empty` is the text for an empty field.
pub(crate) fn text(t: &SiteTexts, fault: &TextFault, empty: &str) -> String {
    let text = match *fault {
        TextFault::Empty => empty,
        TextFault::TooLong { max, .. } => return fill(t.fault.too_long, &[("max", &max.to_string())]),
        TextFault::TooManyBytes { .. } => t.fault.too_many_bytes,
        TextFault::ControlCharacter { .. } => t.fault.control_character,
        TextFault::InvisibleCharacter { .. } => t.fault.invisible_character,
        TextFault::StrayMark { .. } => t.fault.stray_mark,
    };
    text.to_owned()
}
