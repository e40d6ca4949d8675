//! Text of others in a message.

/// In quotes, control characters escaped, cut where it is long: it goes to a terminal or a log.
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
