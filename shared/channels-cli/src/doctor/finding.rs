//! What was found.

use catamaran_redis::inspect::InspectFault;
use serde::Serialize;
use serde_json::{Map, Value};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// As it should be.
    Ok,
    /// It could not be seen.
    Unknown,
    /// It works, and may be why something else does not.
    Warning,
    /// It does not work.
    Error,
}

impl Level {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What it is about, in a word that stays the same: `ping`, `memory`, `way`, …
    pub topic: &'static str,
    /// What was found.
    pub text: String,
    /// What to do; there is something in each warning and each error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The numbers in the text, for programs.
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

    pub(super) fn unseen(topic: &'static str, what: &str, fault: &InspectFault) -> Self {
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

/// What was found in one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// The host, or what was looked at.
    pub about: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// The worst of what was found in `sections`.
pub(super) fn worst(sections: &[Section]) -> Level {
    sections.iter().flat_map(|section| &section.findings).map(|finding| finding.level).max().unwrap_or(Level::Ok)
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The layer that is set.
    pub layer: String,
    /// The first part of every key.
    pub prefix: String,
    /// Where Redis is, without user and password.
    pub redis: String,
    /// The worst that was found.
    pub worst: Level,
    /// What was found, in the order in which to read it.
    pub sections: Vec<Section>,
}

impl Report {
    /// Everything that was found, wherever it was.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|section| &section.findings)
    }

    /// How many are as bad as `level`.
    pub fn number_of(&self, level: Level) -> usize {
        self.findings().filter(|finding| finding.level == level).count()
    }
}
