//! The findings of `doctor`.

use catamaran_redis::inspect::InspectFault;
use serde::Serialize;
use serde_json::{Map, Value};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// No fault.
    Ok,
    /// `doctor` could not examine it.
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

    pub(super) fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Ok, topic, text, None)
    }

    pub(super) fn unknown(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Unknown, topic, text, None)
    }

    pub(super) fn unknown_because(topic: &'static str, what: &str, fault: &InspectFault) -> Self {
        Self::unknown(topic, format!("{what}: {fault}"))
    }

    pub(super) fn warning(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Level::Warning, topic, text, Some(advice.into()))
    }

    pub(super) fn error(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Level::Error, topic, text, Some(advice.into()))
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}

/// The findings about one host or one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// The host or the subject.
    pub about: String,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// The most severe level in `sections`.
pub(super) fn worst(sections: &[Section]) -> Level {
    sections.iter().flat_map(|section| &section.findings).map(|finding| finding.level).max().unwrap_or(Level::Ok)
}

/// The result of `doctor`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The configured layer.
    pub layer: String,
    /// The first part of every key.
    pub prefix: String,
    /// The addresses of Redis, without user and password.
    pub redis: String,
    /// The most severe level of all findings.
    pub worst: Level,
    /// The sections, in the order in which to read them.
    pub sections: Vec<Section>,
}

impl Report {
    /// The findings of all sections.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|section| &section.findings)
    }

    /// The number of findings with this `level`.
    pub fn number_of(&self, level: Level) -> usize {
        self.findings().filter(|finding| finding.level == level).count()
    }
}
