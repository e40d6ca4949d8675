//! Findings: the report of a command that looks for faults.

mod fail_level;
mod text;

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::fail_level::{FailFlag, FailLevel};
pub use self::text::{count, wrapped, write};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// No fault.
    Ok,
    /// No fault, but worth knowing.
    Note,
    /// The command could not examine it.
    Unknown,
    /// It works, but may cause a fault elsewhere.
    Warning,
    /// It does not work.
    Error,
}

impl Level {
    /// The level's name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One result of an examination.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How severe it is.
    pub level: Level,
    /// The subject, as a word that stays the same between releases: `ping`, `memory`, `way`, …
    pub topic: &'static str,
    /// The finding as a sentence.
    pub text: String,
    /// The advice. Every warning and every error has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The numbers of the text, for programs.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

impl Finding {
    fn new(level: Level, topic: &'static str, text: impl Into<String>, advice: Option<String>) -> Self {
        Self { level, topic, text: text.into(), advice, data: Map::new() }
    }

    /// No fault.
    pub fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Ok, topic, text, None)
    }

    /// No fault, but worth knowing.
    pub fn note(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Note, topic, text, None)
    }

    /// The command could not examine it.
    pub fn unknown(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Unknown, topic, text, None)
    }

    /// The command could not examine `what`, because of `fault`.
    pub fn unknown_because(topic: &'static str, what: &str, fault: &impl fmt::Display) -> Self {
        Self::unknown(topic, format!("{what}: {fault}"))
    }

    /// It works, but may cause a fault elsewhere.
    pub fn warning(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Level::Warning, topic, text, Some(advice.into()))
    }

    /// It does not work.
    pub fn error(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Level::Error, topic, text, Some(advice.into()))
    }

    /// The same with one more number for programs.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}

/// The findings about one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// The subject.
    pub about: String,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Section {
    /// The findings about `about`.
    pub fn new(about: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { about: about.into(), findings }
    }
}

/// The most severe level in `sections`.
pub fn worst(sections: &[Section]) -> Level {
    findings(sections).map(|finding| finding.level).max().unwrap_or(Level::Ok)
}

/// The number of findings with this `level`.
pub fn number_of(sections: &[Section], level: Level) -> usize {
    findings(sections).filter(|finding| finding.level == level).count()
}

/// The findings of all sections.
pub fn findings(sections: &[Section]) -> impl Iterator<Item = &Finding> {
    sections.iter().flat_map(|section| &section.findings)
}
