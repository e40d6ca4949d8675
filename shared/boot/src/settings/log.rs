//! What is logged, and in which form.

use super::reader::{Parsed, Reader};

/// actix-server tells of each of its threads at every start and stop. actix-http calls each malformed request of whatever stranger an
/// error.
const DEFAULT_FILTER: &str = "info,actix_server=warn,actix_http=off";

/// `LOG_FORMAT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, with the record's own fields.
    Json,
}

/// The log's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// `LOG_FORMAT`: `text` (default) or `json`.
    pub format: LogFormat,
    /// `RUST_LOG`: env_logger's filter, for example `info,sqlx=warn`; default `info,actix_server=warn,actix_http=off`.
    pub filter: String,
}

impl LogSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            format: reader.parse("LOG_FORMAT", parse_format).unwrap_or(LogFormat::Text),
            filter: reader.parse("RUST_LOG", parse_filter).unwrap_or_else(|| DEFAULT_FILTER.to_owned()),
        }
    }
}

fn parse_format(text: &str) -> Parsed<LogFormat> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("text or json".to_owned()),
    }
}

/// env_logger itself would drop a directive that it cannot read.
fn parse_filter(text: &str) -> Parsed<String> {
    let directives = text.split('/').next().unwrap_or_default();
    let unread = directives
        .split(',')
        .filter_map(|directive| directive.split_once('='))
        .any(|(_, level)| level.trim().parse::<log::LevelFilter>().is_err());
    if unread {
        Err("levels (error, warn, info, debug, trace, off), as in info or info,sqlx=warn".to_owned())
    } else {
        Ok(text.to_owned())
    }
}
