//! Quotes foreign text for a message.

/// Quotes `text` for a terminal or a log: escapes control characters, and cuts a long text.
pub fn quoted(text: &str) -> String {
    const MAX: usize = 100;
    let cut: String = text.chars().take(MAX).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", cut.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_escape_and_cut() {
        assert_eq!(quoted("a\u{1b}[0m"), r#""a\u{1b}[0m""#);
        assert!(quoted(&"x".repeat(500)).len() < 120);
    }
}
