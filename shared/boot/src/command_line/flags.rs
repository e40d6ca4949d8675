//! The flags that all servers have: gunicorn's, uvicorn's and Daphne's words for the same things.

use std::{fmt::Display, num::NonZeroUsize, ops::RangeInclusive, path::PathBuf, str::FromStr};

use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use log::LevelFilter;

use crate::settings::{Bind, Flags, parse_descriptor, parse_level, parse_path};

/// The flags of http-server, ws-server and runserver alike.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[non_exhaustive]
pub struct ServerFlags {
    /// Address to listen on: HOST, HOST:PORT (an IPv6 address in brackets), unix:PATH or fd://NUMBER
    #[arg(short, long, alias = "host", value_name = "ADDRESS", group = "where")]
    pub bind: Option<Bind>,
    /// Unix socket to listen on, as --bind unix:PATH
    #[arg(short = 'u', long, alias = "unix-socket", value_name = "PATH", group = "where", value_parser = OsStringValueParser::new().try_map(parse_path))]
    pub uds: Option<PathBuf>,
    /// Listening socket that this process is started with, by its number. systemd's sockets (LISTEN_FDS) need no flag
    #[arg(long, value_name = "NUMBER", group = "where", value_parser = parse_descriptor)]
    pub fd: Option<i32>,
    /// Port to listen on (variable: PORT, which opens every address where the site is meant for others; for sockets alone WS_PORT wins)
    #[arg(short, long, value_parser = whole_number(0..=u16::MAX))]
    pub port: Option<u16>,
    /// Permissions that the file of a Unix socket does not get: 7 shuts other users out, 0 lets every user connect
    #[arg(short = 'm', long, value_name = "OCTAL", default_value = "0", value_parser = parse_umask)]
    pub umask: u32,
    /// Worker threads (variable: WEB_CONCURRENCY)
    #[arg(short, long, value_name = "COUNT", value_parser = parse_workers)]
    pub workers: Option<NonZeroUsize>,
    /// Say more: -v what is for debugging, -vv everything; or Daphne's -v 0 (warnings), 1, 2 (debugging)
    #[arg(short, long, value_name = "LEVEL", num_args = 0..=1, default_missing_value = "2", value_parser = parse_verbosity)]
    pub verbosity: Option<LevelFilter>,
    /// The lowest level to log (variable: RUST_LOG): error, warn, info, debug, trace or off
    #[arg(long, value_name = "LEVEL", conflicts_with = "verbosity", value_parser = parse_level)]
    pub log_level: Option<LevelFilter>,
    /// No answer has a Server header anyway
    #[arg(long, alias = "no-server-header", hide = true)]
    pub no_server_name: bool,
}

impl ServerFlags {
    /// The flags that the settings read.
    pub fn settings(&self, alone: bool) -> Flags {
        let bind = self.bind.clone();
        let bind = bind.or_else(|| self.uds.clone().map(Bind::Unix)).or_else(|| self.fd.map(Bind::Descriptor));
        Flags {
            bind,
            port: self.port,
            workers: self.workers,
            umask: self.umask,
            log_level: self.log_level.or(self.verbosity),
            alone,
        }
    }
}

/// A parser of whole numbers. Its error says the range and, unlike clap's, not what it found: that may be a secret.
pub fn whole_number<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Copy + Display,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
    }
}

fn parse_workers(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a whole number of at least 1".to_owned())
}

fn parse_umask(text: &str) -> Result<u32, String> {
    let mask = u32::from_str_radix(text.trim_start_matches("0o"), 8).ok().filter(|mask| *mask <= 0o777);
    mask.ok_or_else(|| "expected octal digits up to 777, as in 007".to_owned())
}

/// `-v`, `-vv` and Daphne's `-v 0` to `-v 3`.
fn parse_verbosity(text: &str) -> Result<LevelFilter, String> {
    match text {
        "0" => Ok(LevelFilter::Warn),
        "1" => Ok(LevelFilter::Info),
        "2" => Ok(LevelFilter::Debug),
        "3" => Ok(LevelFilter::Trace),
        more if more.chars().all(|c| c == 'v') => Ok(LevelFilter::Trace),
        _ => Err("expected -v, -vv, or a number from 0 to 3".to_owned()),
    }
}
