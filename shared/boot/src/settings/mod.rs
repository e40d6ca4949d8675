//! Everything that the environment decides, read once at the start.

mod channel;
mod cookie;
mod database;
mod fault;
mod hosts;
mod limits;
mod listen;
mod log;
mod origins;
mod proxies;
mod reader;
mod redis;
mod redis_tls;
mod secret;
mod workers;
mod ws_url;

use std::{ffi::OsString, num::NonZeroUsize};

use store::{DatabaseUrl, PoolSize};

use self::reader::Reader;
pub use self::{
    channel::{ChannelSettings, LayerKind},
    fault::{SettingFault, SettingsErrors},
    hosts::{AllowedHosts, HostFault},
    limits::SocketLimits,
    listen::{Bind, EVERY_ADDRESS, Listen, parse_descriptor, parse_path},
    log::{LogFormat, LogSettings, parse_level},
    origins::{AllowedOrigins, Origin},
    proxies::TrustedProxies,
    redis::RedisPlaces,
    secret::SecretKey,
    ws_url::WsUrl,
};
use crate::Process;

/// What the command line may say. A flag wins over its variable.
#[derive(Clone, Debug, Default)]
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

/// The settings of one process.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program that these are for.
    pub process: Process,
    /// `PORT` (ws-server: `WS_PORT`, then `PORT`): set together with `SECRET_KEY`, every address is listened to on that port;
    /// otherwise this machine alone, by default on 8000 (ws-server: 8001).
    pub listen: Listen,
    /// `WEB_CONCURRENCY`: worker threads, 1 to 256; default the number of cores, at most 4.
    pub workers: usize,
    /// `DATABASE_URL`: `sqlite:PATH` or `postgres://…`; default `sqlite:catamaran.sqlite3`.
    pub database: DatabaseUrl,
    /// `DATABASE_POOL_SIZE`: connections to PostgreSQL, 1 to 1000; default 8.
    pub database_pool: PoolSize,
    /// The channel layer.
    pub channels: ChannelSettings,
    /// `SECRET_KEY`: at least 32 characters; may be unset while `ALLOWED_HOSTS` names only this machine.
    pub secret_key: SecretKey,
    /// `ALLOWED_HOSTS`
    pub allowed_hosts: AllowedHosts,
    /// `ALLOWED_ORIGINS`
    pub allowed_origins: AllowedOrigins,
    /// `WS_URL`
    pub ws_url: WsUrl,
    /// `TRUSTED_PROXIES`
    pub trusted_proxies: TrustedProxies,
    /// `COOKIE_DOMAIN`
    pub cookie_domain: Option<String>,
    /// Limits of one address and one user on ws-server.
    pub socket_limits: SocketLimits,
    /// `WEB_MAX_CONNECTIONS_PER_ADDRESS`: open connections of one address to http-server; None: half of what the process can hold,
    /// which is also the most.
    pub connections_per_address: Option<usize>,
    /// `LOG_FORMAT`, `RUST_LOG`
    pub log: LogSettings,
    /// Variables that have no effect or another one than expected: one sentence each, for the log.
    pub notes: Vec<String>,
}

impl Settings {
    /// Reads this process's real environment.
    ///
    /// # Errors
    /// Every fault at once, each with the variable, what was found and what is expected.
    pub fn from_env(process: Process, flags: &Flags) -> Result<Self, SettingsErrors> {
        Self::read_os(&|name| std::env::var_os(name), process, flags)
    }

    /// Reads an environment that is given as a function.
    ///
    /// # Errors
    /// As [`Settings::from_env`].
    pub fn read(vars: impl Fn(&str) -> Option<String>, process: Process, flags: &Flags) -> Result<Self, SettingsErrors> {
        Self::read_os(&|name| vars(name).map(OsString::from), process, flags)
    }

    fn read_os(vars: &dyn Fn(&str) -> Option<OsString>, process: Process, flags: &Flags) -> Result<Self, SettingsErrors> {
        let mut reader = Reader::new(vars);
        let allowed_hosts = AllowedHosts::read(&mut reader);
        let secret_key = SecretKey::read(&mut reader, &allowed_hosts);
        let listen = Listen::read(&mut reader, process, flags, &secret_key);
        let settings = Self {
            process,
            listen,
            workers: workers::read(&mut reader, flags.workers),
            database: database::read(&mut reader),
            database_pool: database::read_pool_size(&mut reader),
            channels: ChannelSettings::read(&mut reader, process, flags.alone),
            secret_key,
            allowed_hosts,
            allowed_origins: AllowedOrigins::read(&mut reader),
            ws_url: WsUrl::read(&mut reader),
            trusted_proxies: TrustedProxies::read(&mut reader),
            cookie_domain: cookie::read_domain(&mut reader),
            socket_limits: SocketLimits::read(&mut reader),
            connections_per_address: limits::read_connections_per_address(&mut reader),
            log: LogSettings::read(&mut reader, flags),
            notes: reader.take_notes(),
        };
        reader.finish()?;
        Ok(settings)
    }
}
