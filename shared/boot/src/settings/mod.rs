//! The settings from the environment, read once at the start.

mod channel;
mod fault;
mod listen;
mod log;
mod metrics;
mod reader;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_tls;
mod switch;
mod workers;

use std::num::NonZeroUsize;

use catamaran_edge::{AllowedHosts, AllowedOrigins, TrustedProxies};

#[cfg(feature = "redis")]
pub use self::redis::RedisPlaces;
pub use self::{
    channel::{ChannelSettings, LayerKind},
    fault::{SettingFault, SettingsErrors},
    listen::{Bind, EVERY_ADDRESS, Listen, parse_descriptor, parse_path},
    log::{LogFormat, LogSettings, parse_level},
    reader::{Missing, Parsed, Reader, read_env, read_vars, try_read_env, try_read_vars},
    switch::parse_bool,
};
use crate::Program;

/// The settings from the command line. A flag wins over its variable.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Flags {
    /// `--bind`
    pub bind: Option<Bind>,
    /// `--port`
    pub port: Option<u16>,
    /// `--workers`
    pub workers: Option<NonZeroUsize>,
    /// `--umask`: permission bits that a Unix socket's file does not get.
    pub umask: u32,
    /// `--log-level` or `-v`: the lowest level that is logged.
    pub log_level: Option<::log::LevelFilter>,
    /// `--alone`: this server runs without the other one, so the in-memory layer may do.
    pub alone: bool,
}

impl Flags {
    /// Returns these flags with a change: `Flags::default().with(|flags| flags.alone = true)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// The settings that every server has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The program that these are for.
    pub program: Program,
    /// `PORT` (for sockets alone `WS_PORT`, then `PORT`): every address is listened to on that port where the server is meant for others;
    /// otherwise this machine alone, by default on 8000 (sockets alone: 8001).
    pub listen: Listen,
    /// `METRICS_BIND`: the host and port of `GET /metrics`; unset: metrics are off.
    pub metrics: Option<Listen>,
    /// `WEB_CONCURRENCY`: worker threads, 1 to 256; default the number of cores, at most 4.
    pub workers: usize,
    /// The channel layer.
    pub channels: ChannelSettings,
    /// `ALLOWED_HOSTS`: a comma list of hosts; default this machine's own names.
    pub allowed_hosts: AllowedHosts,
    /// `ALLOWED_ORIGINS`: a comma list of origins beside the site's own; default none.
    pub allowed_origins: AllowedOrigins,
    /// `TRUSTED_PROXIES`: a comma list of addresses, networks, or the words `loopback`, `private`, `none`; default `loopback`.
    pub trusted_proxies: TrustedProxies,
    /// `LOG_FORMAT`, `RUST_LOG`
    pub log: LogSettings,
    /// Variables that have no effect or another one than expected: one sentence each, for the log.
    pub notes: Vec<String>,
}

impl Settings {
    /// The default settings, for a program that sets its own from code.
    pub fn new(program: Program) -> Self {
        let no_flag = Flags { alone: true, ..Flags::default() };
        Self::read(&mut Reader::new(&|_| None), program, &no_flag)
    }

    /// Reads the environment of a server that is meant for others where `ALLOWED_HOSTS` names more than this machine.
    pub fn read(reader: &mut Reader<'_>, program: Program, flags: &Flags) -> Self {
        Self::read_guarded(reader, program, flags, |_, hosts| !hosts.only_loopback())
    }

    /// As [`read`](Self::read), where `is_for_others` decides whether `PORT` alone opens every address of the machine: an application
    /// whose secret is unset says no.
    pub fn read_guarded(
        reader: &mut Reader<'_>,
        program: Program,
        flags: &Flags,
        is_for_others: impl FnOnce(&mut Reader<'_>, &AllowedHosts) -> bool,
    ) -> Self {
        let allowed_hosts = reader.parse_list("ALLOWED_HOSTS", str::parse).map(AllowedHosts::from_iter).unwrap_or_default();
        let is_for_others = is_for_others(reader, &allowed_hosts);
        Self {
            program,
            listen: Listen::read(reader, program, flags, is_for_others),
            metrics: reader.parse("METRICS_BIND", metrics::parse),
            workers: workers::read(reader, flags.workers),
            channels: ChannelSettings::read(reader, program, flags.alone),
            allowed_hosts,
            allowed_origins: reader.parse_list("ALLOWED_ORIGINS", str::parse).map(AllowedOrigins::from_iter).unwrap_or_default(),
            trusted_proxies: reader.parse_list("TRUSTED_PROXIES", str::parse).map(TrustedProxies::from_iter).unwrap_or_default(),
            log: LogSettings::read(reader, flags),
            notes: reader.take_notes(),
        }
    }
}
