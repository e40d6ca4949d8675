//! Reads variables one by one and keeps every fault, so that a wrong environment is mended in one round.

use std::ffi::OsString;

use super::{SettingFault, SettingsErrors};

/// What a value's parser says: the value, or what it expected instead.
pub(super) type Parsed<T> = Result<T, String>;

/// How a fault may speak of the value it found.
#[derive(Clone, Copy)]
enum Show {
    /// As it stands.
    Plain,
    /// An address: all but user and password.
    Url,
    /// Only its length.
    Hidden,
}

pub(super) struct Reader<'a> {
    vars: &'a dyn Fn(&str) -> Option<OsString>,
    faults: Vec<SettingFault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(vars: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { vars, faults: Vec::new() }
    }

    /// The variable's value without the space around it. An empty value counts as unset: platforms and `NAME=` lines
    /// have no other way to say it. One that is not UTF-8 is a fault: taken for unset, it would be replaced in silence.
    fn text(&mut self, variable: &'static str) -> Option<String> {
        match (self.vars)(variable)?.into_string() {
            Ok(value) => {
                let value = value.trim();
                (!value.is_empty()).then(|| value.to_owned())
            }
            Err(_) => {
                self.fault(variable, "not UTF-8", "text in UTF-8");
                None
            }
        }
    }

    /// Whether the variable has no value, readable or not.
    pub(super) fn is_unset(&self, variable: &str) -> bool {
        (self.vars)(variable).is_none_or(|value| value.to_string_lossy().trim().is_empty())
    }

    pub(super) fn parse<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::Plain, parse)
    }

    pub(super) fn parse_url<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::Url, parse)
    }

    pub(super) fn parse_secret<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::Hidden, parse)
    }

    /// Each entry of a comma list; empty entries are skipped.
    pub(super) fn parse_list<T>(&mut self, variable: &'static str, parse: impl Fn(&str) -> Parsed<T>) -> Option<Vec<T>> {
        self.read_list(variable, Show::Plain, parse)
    }

    pub(super) fn parse_url_list<T>(&mut self, variable: &'static str, parse: impl Fn(&str) -> Parsed<T>) -> Option<Vec<T>> {
        self.read_list(variable, Show::Url, parse)
    }

    fn read_list<T>(&mut self, variable: &'static str, show: Show, parse: impl Fn(&str) -> Parsed<T>) -> Option<Vec<T>> {
        let text = self.text(variable)?;
        let mut values = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|e| !e.is_empty()) {
            match parse(entry) {
                Ok(value) => values.push(value),
                Err(expected) => self.fault(variable, shown(entry, show), expected),
            }
        }
        Some(values)
    }

    pub(super) fn fault(&mut self, variable: &'static str, found: impl Into<String>, expected: impl Into<String>) {
        self.faults.push(SettingFault { variable, found: found.into(), expected: expected.into() });
    }

    pub(super) fn finish(self) -> Result<(), SettingsErrors> {
        if self.faults.is_empty() { Ok(()) } else { Err(SettingsErrors(self.faults)) }
    }

    fn read<T>(&mut self, variable: &'static str, show: Show, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        let text = self.text(variable)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(expected) => {
                self.fault(variable, shown(&text, show), expected);
                None
            }
        }
    }
}

fn shown(text: &str, show: Show) -> String {
    match show {
        Show::Plain => quoted(text),
        Show::Url => quoted(&without_credentials(text)),
        Show::Hidden => format!("a value of {} characters", text.chars().count()),
    }
}

/// In quotes, control characters escaped, cut where it is long: it goes to a terminal.
pub(super) fn quoted(text: &str) -> String {
    const MAX: usize = 100;
    let cut: String = text.chars().take(MAX).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", cut.escape_debug())
}

/// The address with user and password replaced. A password may hold any character, so the last `@` before the path
/// ends it; a text that is no address at all is not shown, since it may be a bare password.
pub(super) fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "(no scheme://)".to_owned();
    };
    // A password in the query (`?password=…`) is a way that both databases accept.
    let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}"),
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_show() {
        for url in
            ["redis://:hunter2@host:1", "postgres://u:p@ss/hunter2@host/db", "postgres://host/db?password=hunter2", "hunter2"]
        {
            assert!(!without_credentials(url).contains("hunter2"), "{url}");
        }
        assert_eq!(without_credentials("redis://u:p@host:1/0"), "redis://***@host:1/0");
    }

    #[test]
    fn quotes_escape_and_cut() {
        assert_eq!(quoted("a\u{1b}[0m"), r#""a\u{1b}[0m""#);
        assert!(quoted(&"x".repeat(500)).len() < 120);
    }
}
