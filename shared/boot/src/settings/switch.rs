//! Settings that are on or off.

use super::Parsed;

/// Reads `true` or `false`, or another usual spelling of them.
///
/// # Errors
/// The expected spelling, for the message that names the variable.
pub fn parse_bool(text: &str) -> Parsed<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}
