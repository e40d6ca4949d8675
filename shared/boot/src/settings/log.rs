//! The level and the form of the log.

use log::LevelFilter;

use super::{
    Flags, SettingsErrors,
    reader::{Parsed, Reader, read_env},
};

/// The filter where neither a flag nor `RUST_LOG` says one. actix-server logs each of its threads at every start and stop.
const DEFAULT_FILTER: &str = "info,actix_server=warn";
const LEVELS: &str = "error, warn, info, debug, trace or off";

/// `LOG_FORMAT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Lines of text.
    Text,
    /// One JSON object a line, with the record's own fields.
    Json,
}

impl LogFormat {
    /// Reads this process's real environment, for a program that ends before it has all of its settings.
    pub fn from_env() -> Self {
        let found = std::env::var("LOG_FORMAT").ok();
        found.and_then(|text| parse_format(text.trim()).ok()).unwrap_or(Self::Text)
    }
}

/// The log's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogSettings {
    /// `LOG_FORMAT`: `text` (default) or `json`.
    pub format: LogFormat,
    /// `RUST_LOG`: env_logger's filter, for example `info,sqlx=warn`; default `info,actix_server=warn`.
    pub filter: String,
}

impl LogSettings {
    /// Reads `RUST_LOG` from this process's real environment, for a tool whose log is text; `otherwise` is the filter where it is unset.
    ///
    /// # Errors
    /// The value is no filter.
    pub fn from_env(otherwise: &str) -> Result<Self, SettingsErrors> {
        let filter = read_env(|reader| reader.parse("RUST_LOG", parse_filter))?;
        Ok(Self { format: LogFormat::Text, filter: filter.unwrap_or_else(|| otherwise.to_owned()) })
    }

    pub(super) fn read(reader: &mut Reader<'_>, flags: &Flags) -> Self {
        let format = reader.parse("LOG_FORMAT", parse_format).unwrap_or(LogFormat::Text);
        let filter = reader.parse("RUST_LOG", parse_filter);
        let flag = flags.log_level.map(|level| level.to_string().to_lowercase());
        Self { format, filter: flag.or(filter).unwrap_or_else(|| DEFAULT_FILTER.to_owned()) }
    }
}

fn parse_format(text: &str) -> Parsed<LogFormat> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("text or json".to_owned()),
    }
}

/// A level by Rust's word for it or by Python's (`warning`, `critical`), whatever its case.
///
/// # Errors
/// The words that there are.
pub fn parse_level(text: &str) -> Result<LevelFilter, String> {
    match text.to_ascii_lowercase().as_str() {
        "warning" => Ok(LevelFilter::Warn),
        "critical" | "fatal" => Ok(LevelFilter::Error),
        "notice" => Ok(LevelFilter::Info),
        word => word.parse().map_err(|_| format!("expected {LEVELS}")),
    }
}

/// env_logger drops a directive that it cannot read, and takes a word that is no level for a target: then nothing else is logged.
fn parse_filter(text: &str) -> Parsed<String> {
    if text.contains('/') {
        return Err("no /: text is not searched for; levels and targets say what is logged, as in info,sqlx=warn".to_owned());
    }
    let directives = text.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    let directives: Parsed<Vec<_>> = directives.map(parse_directive).collect();
    Ok(directives?.join(","))
}

/// A target is the path of a module, in which a hyphen of the program's name is an underscore: `http-server` logs as `http_server`.
fn parse_directive(text: &str) -> Parsed<String> {
    let (target, level) = text.rsplit_once('=').map_or((None, text), |(target, level)| (Some(target.trim()), level.trim()));
    let level = parse_level(level).map_err(|_| format!("levels ({LEVELS}), as in info or info,sqlx=warn"))?;
    let level = level.to_string().to_lowercase();
    let target = target.map(|target| target.replace('-', "_"));
    if target.as_ref().is_some_and(|target| target.is_empty() || target.contains('=')) {
        return Err("a target before =, as in http_server=debug".to_owned());
    }
    Ok(target.map_or_else(|| level.clone(), |target| format!("{target}={level}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_of_python_s_levels() {
        for (text, filter) in [
            ("warning", "warn"),
            ("WARNING", "warn"),
            ("critical", "error"),
            ("Notice", "info"),
            ("info, sqlx = warning", "info,sqlx=warn"),
            ("some::unknown_target=debug", "some::unknown_target=debug"),
            ("off", "off"),
            ("http-server=debug,ws-server::hub=warning", "http_server=debug,ws_server::hub=warn"),
        ] {
            assert_eq!(parse_filter(text).as_deref(), Ok(filter), "{text}");
        }
    }

    #[test]
    fn refuses_an_unknown_level() {
        for text in
            ["loud", "warnings", "inf", "1", "info,loud", "sqlx", "sqlx=loud", "sqlx=", "=info", "==info", "info/foo", "/foo"]
        {
            assert!(parse_filter(text).is_err(), "{text}");
        }
    }
}
