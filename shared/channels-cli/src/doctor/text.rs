//! The report as text.

use std::io::{self, Write};

use super::{Finding, Level, Report};
use crate::format::{count, wrapped};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrapped("", &format!("{}, prefix {}, {}", report.layer, report.prefix, report.redis)))?;
    for section in &report.sections {
        writeln!(out, "\n{}", section.about)?;
        for finding in &section.findings {
            write_finding(finding, out)?;
        }
    }
    let of = |level, one, many| count(report.number_of(level) as u64, one, many);
    writeln!(out, "\n{}, {}", of(Level::Error, "error", "errors"), of(Level::Warning, "warning", "warnings"))
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrapped(&format!("  {:<7}  ", finding.level.as_str()), &finding.text))?;
    match &finding.advice {
        Some(advice) => writeln!(out, "{}", wrapped("           -> ", advice)),
        None => Ok(()),
    }
}
