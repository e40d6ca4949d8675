//! Settings of the application's processes.

use std::{ops::RangeInclusive, time::Duration};

use catamaran_boot::{
    Flags, Program, SettingsErrors,
    settings::{Parsed, Reader, read_env, read_vars},
};
use store::{DatabaseUrl, PoolSize};

use crate::{Platform, SecretKey, WsUrl, cookie_domain, database};

/// For a database that starts together with this process (on a platform, by a compose file).
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Running requests have this long to finish after SIGTERM. Platforms kill 10 s or more after it.
const TIME_TO_FINISH: Duration = Duration::from_secs(8);
/// A page connects within 10 s of asking for the token; a phone may sleep in between.
const SOCKET_TOKEN_LIFETIME: Duration = Duration::from_secs(60);
/// Longer than any platform waits.
const LONGEST_DRAIN: u64 = 3_600;
/// More makes no sense on any machine.
const MOST_CONNECTIONS: u32 = 10_000_000;

/// The settings of one process of the application.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Settings that every server has.
    pub server: catamaran_boot::Settings,
    /// `DATABASE_URL`: `sqlite:PATH` or `postgres://…`; default `sqlite:catamaran.sqlite3`.
    pub database: DatabaseUrl,
    /// `DATABASE_POOL_SIZE`: connections to PostgreSQL, 1 to 1000; default 8.
    pub database_pool: PoolSize,
    /// `DATABASE_MIGRATE`: whether the start migrates the database; default true. Otherwise it waits for the migrations (`START_TIMEOUT`).
    pub migrates: bool,
    /// `SECRET_KEY`: at least 32 characters; may be unset while `ALLOWED_HOSTS` names only this machine.
    pub secret_key: SecretKey,
    /// `WS_URL`
    pub ws_url: WsUrl,
    /// `COOKIE_DOMAIN`
    pub cookie_domain: Option<String>,
    /// `SOCKET_TOKEN_SECONDS`: how long a socket token is valid, 5 to 600 s; default 60 s.
    pub socket_token_lifetime: Duration,
    /// `WEB_MAX_CONNECTIONS_PER_ADDRESS`: open connections of one address to http-server; None: half of what the process can hold,
    /// which is also the most.
    pub connections_per_address: Option<usize>,
    /// `HTTP_DRAIN_DELAY`: how long http-server still accepts connections once it must stop, 0 to 3600 s; default 0.
    pub http_drain_delay: Duration,
    /// `HTTP_DRAIN`: how long running requests of http-server have after that, 1 to 3600 s; default 8 s.
    pub http_drain: Duration,
    /// `START_TIMEOUT`: how long a start waits for the database, 0 to 3600 s; default 30 s.
    pub start_timeout: Duration,
    /// The platform that runs this process.
    pub platform: Option<Platform>,
}

impl Settings {
    /// Reads this process's real environment.
    ///
    /// # Errors
    /// Every fault at once, each with the variable, what was found and what is expected.
    pub fn from_env(program: Program, flags: &Flags) -> Result<Self, SettingsErrors> {
        read_env(|reader| Self::read(reader, program, flags))
    }

    /// Reads an environment that is given as a function.
    ///
    /// # Errors
    /// As [`Settings::from_env`].
    pub fn from_vars(vars: impl Fn(&str) -> Option<String>, program: Program, flags: &Flags) -> Result<Self, SettingsErrors> {
        read_vars(vars, |reader| Self::read(reader, program, flags))
    }

    /// As [`Settings::from_env`], beside other settings of the same environment.
    pub fn read(reader: &mut Reader<'_>, program: Program, flags: &Flags) -> Self {
        let platform = Platform::read(reader);
        let mut secret_key = None;
        let server = catamaran_boot::Settings::read_guarded(reader, program, flags, |reader, hosts| {
            !secret_key.insert(SecretKey::read(reader, hosts)).is_development()
        });
        Self {
            secret_key: secret_key.unwrap_or_else(|| SecretKey::read(reader, &server.allowed_hosts)),
            server,
            database: database::read(reader, platform),
            database_pool: database::read_pool_size(reader, platform),
            migrates: database::read_migrates(reader),
            ws_url: WsUrl::read(reader),
            cookie_domain: cookie_domain::read(reader),
            socket_token_lifetime: reader.parse("SOCKET_TOKEN_SECONDS", parse_token_seconds).unwrap_or(SOCKET_TOKEN_LIFETIME),
            connections_per_address: reader.parse("WEB_MAX_CONNECTIONS_PER_ADDRESS", parse_count),
            http_drain_delay: reader.parse("HTTP_DRAIN_DELAY", |text| parse_seconds(text, 0)).unwrap_or_default(),
            http_drain: reader.parse("HTTP_DRAIN", |text| parse_seconds(text, 1)).unwrap_or(TIME_TO_FINISH),
            start_timeout: reader.parse("START_TIMEOUT", |text| parse_seconds(text, 0)).unwrap_or(START_TIMEOUT),
            platform,
        }
    }
}

fn parse_seconds(text: &str, least: u64) -> Parsed<Duration> {
    parse_seconds_within(text, least..=LONGEST_DRAIN)
}

fn parse_token_seconds(text: &str) -> Parsed<Duration> {
    parse_seconds_within(text, 5..=600)
}

fn parse_seconds_within(text: &str, bounds: RangeInclusive<u64>) -> Parsed<Duration> {
    let seconds = text.parse().ok().filter(|seconds| bounds.contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| format!("a whole number from {} to {} seconds", bounds.start(), bounds.end()))
}

fn parse_count(text: &str) -> Parsed<usize> {
    let count = text.parse::<u32>().ok().filter(|count| (1..=MOST_CONNECTIONS).contains(count));
    let count = count.and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| format!("a number from 1 to {MOST_CONNECTIONS}"))
}
