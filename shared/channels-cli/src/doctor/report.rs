//! The result of `doctor`.

use catamaran_boot::findings::{self, Finding, Level, Section};
use serde::Serialize;

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
        findings::findings(&self.sections)
    }

    /// The number of findings with this `level`.
    pub fn number_of(&self, level: Level) -> usize {
        findings::number_of(&self.sections, level)
    }
}
