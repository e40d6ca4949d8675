//! Findings as text, for a terminal.

use std::io::{self, Write};

use super::{Finding, Level, Section, number_of};

/// The width of a terminal by default.
const WIDTH: usize = 80;

/// Writes `title`, each section, and the number of errors and warnings.
///
/// # Errors
/// `out` cannot be written.
pub fn write(title: &str, sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrapped("", title))?;
    for section in sections {
        writeln!(out, "\n{}", section.about)?;
        for finding in &section.findings {
            write_finding(finding, out)?;
        }
    }
    let of = |level, one, many| count(number_of(sections, level) as u64, one, many);
    writeln!(out, "\n{}, {}", of(Level::Error, "error", "errors"), of(Level::Warning, "warning", "warnings"))
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrapped(&format!("  {:<7}  ", finding.level.as_str()), &finding.text))?;
    match &finding.advice {
        Some(advice) => writeln!(out, "{}", wrapped("           -> ", advice)),
        None => Ok(()),
    }
}

/// `1 process`, `2 processes`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Wraps `text` into lines of at most 80 columns. The first begins with `first`, the others with as many spaces.
/// A word that is longer than a line stays whole, so that it can be copied.
pub fn wrapped(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let mut lines = first.to_owned();
    let mut column = indent;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > indent && column + 1 + width > WIDTH {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        if column > indent {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_lines_to_the_width_of_a_terminal() {
        let text = wrapped("  ok  ", &"word ".repeat(40));
        assert!(
            text.lines()
                .all(|line| line.len() <= WIDTH && line.starts_with(if line.contains("ok") { "  ok  w" } else { "      w" }))
        );
        assert_eq!(text.split_whitespace().count(), 41);
        assert_eq!(wrapped("- ", "a"), "- a");
    }
}
