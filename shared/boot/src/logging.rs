//! The log: env_logger, as lines of text or as JSON.

use std::io::Write as _;

use env_logger::Builder;
use log::kv::{Error, Key, Value, VisitSource};

use crate::settings::{LogFormat, LogSettings};

/// Targets that log only where `RUST_LOG` names them, whatever the general level is. actix-http calls each malformed request of a stranger
/// an error.
const QUIET: [&str; 1] = ["actix_http"];

/// Starts the log. A second call in one process (in tests) changes nothing.
pub fn init(settings: &LogSettings) {
    let mut builder = Builder::new();
    builder.parse_filters(&settings.filter).format_timestamp_millis();
    for target in QUIET.into_iter().filter(|target| !settings.filter.contains(target)) {
        builder.filter_module(target, log::LevelFilter::Off);
    }
    if settings.format == LogFormat::Json {
        builder.format(|out, record| {
            let time = out.timestamp_millis().to_string();
            writeln!(out, "{}", json_line(&time, record))
        });
    }
    if builder.try_init().is_err() {
        log::debug!("the log had been started before");
    }
}

/// The line of an error that ends the program, perhaps before the log has started, in the format of `LOG_FORMAT`.
pub fn final_line(format: LogFormat, program: &str, text: &str) -> String {
    if format == LogFormat::Text {
        return format!("{program}: {text}");
    }
    let time = format!("{:.3}", jiff::Timestamp::now());
    let args = format_args!("{text}");
    json_line(&time, &log::Record::builder().level(log::Level::Error).target(program).args(args).build()).to_string()
}

/// One record as a JSON object: `ts`, `level`, `target`, `msg` and the record's own fields, which cannot hide those four.
fn json_line(time: &str, record: &log::Record<'_>) -> serde_json::Value {
    let mut fields = Fields(serde_json::Map::new());
    let visited = record.key_values().visit(&mut fields);
    let mut line = fields.0;
    if let Err(error) = visited {
        line.insert("log_error".to_owned(), error.to_string().into());
    }
    line.insert("ts".to_owned(), time.into());
    line.insert("level".to_owned(), record.level().as_str().into());
    line.insert("target".to_owned(), record.target().into());
    line.insert("msg".to_owned(), record.args().to_string().into());
    line.into()
}

struct Fields(serde_json::Map<String, serde_json::Value>);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let json = if let Some(number) = value.to_u64() {
            number.into()
        } else if let Some(number) = value.to_i64() {
            number.into()
        } else if let Some(truth) = value.to_bool() {
            truth.into()
        } else {
            value.to_string().into()
        };
        self.0.insert(key.as_str().to_owned(), json);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_has_the_fields_of_the_record() {
        let pairs: [(&str, Value<'_>); 3] = [("status", 200u16.into()), ("path", "/a\"b".into()), ("msg", "forged".into())];
        let source: &dyn log::kv::Source = &pairs;
        let line = json_line(
            "2026-01-01T00:00:00.000Z",
            &log::Record::builder()
                .level(log::Level::Warn)
                .target("access")
                .args(format_args!("GET {}", 1))
                .key_values(&source)
                .build(),
        );
        assert_eq!(
            line.to_string(),
            r#"{"level":"WARN","msg":"GET 1","path":"/a\"b","status":200,"target":"access","ts":"2026-01-01T00:00:00.000Z"}"#
        );
    }
}
