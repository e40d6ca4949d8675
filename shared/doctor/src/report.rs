//! The result of an examination.

use catamaran_boot::findings::{self, Finding, Level, Section};
use serde::Serialize;

/// The result of an examination.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The origin of the site.
    pub site: String,
    /// The most severe level of all findings.
    pub worst: Level,
    /// The sections, in the order in which to read them.
    pub sections: Vec<Section>,
}

impl Report {
    pub(crate) fn new(site: String, sections: Vec<Section>) -> Self {
        Self { site, worst: findings::worst(&sections), sections }
    }

    /// The findings of all sections.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        findings::findings(&self.sections)
    }
}
