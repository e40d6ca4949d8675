//! Writes the tables into a document.

use std::{fs, path::Path};

use anyhow::Context as _;

const BEGIN: &str = "<!-- tables -->\n";
pub(crate) const END: &str = "<!-- /tables -->";

/// Replaces the lines between the two marks.
///
/// # Errors
/// The file cannot be read or written, or lacks the marks.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let document = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let replaced =
        replace(&document, text).with_context(|| format!("{} has no {} with a {END} below it", file.display(), BEGIN.trim()))?;
    fs::write(file, replaced).with_context(|| format!("{} cannot be written", file.display()))
}

fn replace(document: &str, text: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}\n\n{END}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_only_the_lines_between_the_marks() {
        let document = "a\n<!-- tables -->\nold\n<!-- /tables -->\nb\n";
        let once = replace(document, "new").unwrap();
        assert_eq!(once, "a\n<!-- tables -->\n\nnew\n\n<!-- /tables -->\nb\n");
        assert_eq!(replace(&once, "new").unwrap(), once);
        assert_eq!(replace("no marks", "new"), None);
    }
}
