//! Parses the address of a Redis.

mod query;
mod text;

use std::time::Duration;

use redis::{
    ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisConnectionInfo,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};

use self::{query::Query, text::Text};
use crate::{RedisTls, TlsFault, certificates};

/// The reason why a text is not the address of a Redis. `Display` never shows the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a Redis address: expected {}", self.expected())]
#[non_exhaustive]
pub enum AddressError {
    /// It has no known form.
    Malformed,
    /// A user or a password contains a raw character that has a meaning in an address.
    RawCharacter(char),
    /// A parameter after `?` cannot be used. Holds its name, unless that may be part of a password, and the expected text.
    Parameter(Option<String>, String),
    /// There is no address.
    None,
    /// It is a Unix socket, but Sentinels and the nodes of a Cluster need host and port.
    NotOverTcp,
    /// The number of partitions is out of range.
    Partitions(usize),
    /// A certificate or a key cannot be used.
    Tls(String, TlsFault),
    /// It is an address for TLS, and the feature `tls` of this crate is off.
    WithoutTls,
}

impl AddressError {
    /// Describes a valid address. Repeats nothing of the input except a parameter's name.
    pub fn expected(&self) -> String {
        const FORM: &str = "redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss://… for TLS, or unix:///PATH; several with commas";
        match self {
            Self::Malformed => FORM.to_owned(),
            Self::RawCharacter(raw) => raw_character(*raw),
            Self::Parameter(Some(name), right) => format!("\"{name}\" after ? to be {right}"),
            Self::Parameter(None, right) => right.clone(),
            Self::None => format!("at least one address: {FORM}"),
            Self::NotOverTcp => "host and port of a Sentinel or of a node of a Cluster: unix:// has neither".to_owned(),
            Self::Partitions(number) => format!("1 to {} partitions, not {number}", crate::MAX_PARTITIONS),
            Self::WithoutTls => format!("redis://: {}", TlsFault::NotBuilt),
            Self::Tls(name, fault) => format!("{name} to name another file: {fault}"),
        }
    }
}

fn raw_character(raw: char) -> String {
    let mut bytes = [0; 4];
    let encoded: String = raw.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect();
    let more = if raw == ',' { "; each of several addresses begins with its own scheme://" } else { "" };
    format!("no raw {raw:?} after scheme://: write it as {encoded} in a user or a password{more}")
}

/// A parsed address.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) info: ConnectionInfo,
    /// `socket_timeout`.
    pub(crate) response_timeout: Option<Duration>,
    /// `socket_connect_timeout`.
    pub(crate) connect_timeout: Option<Duration>,
    /// `health_check_interval`.
    pub(crate) idle_interval: Option<Duration>,
    shown: String,
}

impl Address {
    /// Parses `url` like redis-py's `from_url`. The connection will use RESP3. TLS parameters of the address override `tls`.
    pub(crate) fn parse(url: &str, tls: &RedisTls) -> Result<Self, AddressError> {
        let text = Text::split(url)?;
        let query = Query::read(&text)?;
        let tls = query.tls.clone().over(tls)?;
        let addr = match (text.scheme.is_unix(), text.scheme.is_tls()) {
            (true, _) => ConnectionAddr::Unix(text.path.clone().into()),
            (_, false) => ConnectionAddr::Tcp(text.host.clone(), text.port),
            (_, true) => certificates::address(&tls, text.host.clone(), text.port)?,
        };
        let database = query.database.or(text.database).unwrap_or(0);
        let mut redis = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3).set_db(database);
        if let Some(user) = text.user.as_ref().or(query.user.as_ref()) {
            redis = redis.set_username(user);
        }
        if let Some(password) = text.password.as_ref().or(query.password.as_ref()) {
            redis = redis.set_password(password);
        }
        let is_secret = redis.username().or(redis.password()).is_some();
        let info = addr.into_connection_info().map_err(|_| AddressError::Malformed)?;
        let info = info.set_redis_settings(redis).set_tcp_settings(tcp_settings());
        let shown = text.shown(is_secret, database);
        let Query { response_timeout, connect_timeout, idle_interval, .. } = query;
        Ok(Self { info, response_timeout, connect_timeout, idle_interval, shown })
    }

    /// Like `parse`, for a server with host and port.
    pub(crate) fn parse_tcp(url: &str, tls: &RedisTls) -> Result<Self, AddressError> {
        let address = Self::parse(url, tls)?;
        match address.info.addr() {
            ConnectionAddr::Unix(_) => Err(AddressError::NotOverTcp),
            _ => Ok(address),
        }
    }
}

/// Returns `url` without parameters and with user and password replaced. `None` if it is no address; then no part of it may be shown.
pub fn without_credentials(url: &str) -> Option<String> {
    // TLS parameters do not matter here, so their files are not read.
    let text = Text::split(url).ok()?;
    let query = Query::read(&text).ok()?;
    let is_secret = text.user.is_some() || text.password.is_some() || query.user.is_some() || query.password.is_some();
    Some(text.shown(is_secret, query.database.or(text.database).unwrap_or(0)))
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

/// Lets the kernel notice a peer that has vanished, so that an idle connection needs no command for that.
fn tcp_settings() -> TcpSettings {
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(2)).with_interval(Duration::from_secs(1));
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    // After this time without an acknowledgement, of data or of a probe, the connection is closed.
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(Duration::from_secs(6));
    tcp
}

/// Returns `info` for another server, with the same user, password, database and TLS.
pub(crate) fn moved_to(info: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let addr = match info.addr().clone() {
        ConnectionAddr::TcpTls { tls_params, insecure, .. } => ConnectionAddr::TcpTls { host, port, insecure, tls_params },
        _ => ConnectionAddr::Tcp(host, port),
    };
    info.clone().set_addr(addr)
}

/// Returns the host of an address, if it has one.
pub(crate) fn host_of(info: &ConnectionInfo) -> Option<&str> {
    match info.addr() {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => Some(host),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Address {
        Address::parse(url, &RedisTls::default()).unwrap_or_else(|fault| panic!("{url}: {fault}"))
    }

    fn fault(url: &str) -> String {
        let fault = Address::parse(url, &RedisTls::default()).map(|_| ()).expect_err(url).to_string();
        assert!(!fault.contains("hunter2"), "{url}: {fault}");
        assert_eq!(without_credentials(url), None, "{url}");
        fault
    }

    #[test]
    fn parses_the_addresses_of_redis_py() {
        for (url, addr, user, password, database) in [
            ("redis://localhost", "localhost:6379", None, None, 0),
            ("redis://h:7/2", "h:7", None, None, 2),
            ("redis://h/2?db=3", "h:6379", None, None, 3),
            ("redis://", "localhost:6379", None, None, 0),
            ("redis://:p@/1", "localhost:6379", None, Some("p"), 1),
            ("redis://u:p%2C%23%25%40%2F%3F%3A@h", "h:6379", Some("u"), Some("p,#%@/?:"), 0),
            ("redis://:a@b:c@h", "h:6379", None, Some("a@b:c"), 0),
            ("redis://h?password=a%2Bb+c", "h:6379", None, Some("a+b c"), 0),
            ("redis://u:p@h?username=x&password=y", "h:6379", Some("u"), Some("p"), 0),
            ("redis://[::1]:7/", "::1:7", None, None, 0),
            ("valkey://h?protocol=3", "h:6379", None, None, 0),
            ("unix:///run/redis.sock?db=2", "/run/redis.sock", None, None, 2),
            ("unix://u:p@/run/redis.sock", "/run/redis.sock", Some("u"), Some("p"), 0),
            ("redis+unix:///run/a%20b.sock?username=u&password=p%26q", "/run/a b.sock", Some("u"), Some("p&q"), 0),
            ("unix:///run/redis.sock?pass=p&user=u", "/run/redis.sock", Some("u"), Some("p"), 0),
        ] {
            let Address { info, .. } = parsed(url);
            let redis = info.redis_settings();
            assert_eq!(info.addr().to_string(), addr, "{url}");
            assert_eq!((redis.username(), redis.password(), redis.db()), (user, password, database), "{url}");
        }
    }

    #[test]
    fn parses_times_and_tls_parameters() {
        let address =
            parsed("rediss://h?socket_timeout=1.5&socket_connect_timeout=4&health_check_interval=30&ssl_cert_reqs=none");
        assert_eq!(address.response_timeout, Some(Duration::from_millis(1_500)));
        assert_eq!(address.connect_timeout, Some(Duration::from_secs(4)));
        assert_eq!(address.idle_interval, Some(Duration::from_secs(30)));
        for (query, insecure) in
            [("ssl_cert_reqs=none", true), ("ssl_cert_reqs=CERT_NONE", true), ("ssl_cert_reqs=required", false), ("db=1", true)]
        {
            let address = Address::parse(&format!("rediss://h?{query}"), &RedisTls::from(true)).unwrap();
            let ConnectionAddr::TcpTls { insecure: found, .. } = address.info.addr() else { panic!("{query}") };
            assert_eq!(*found, insecure, "{query}");
        }
    }

    #[test]
    fn names_a_raw_character_and_how_to_write_it() {
        for (url, encoded) in [
            ("redis://:hunter2,x@h", "%2C"),
            ("redis://:hunter2#x@h", "%23"),
            ("redis://:hunter2%x@h", "%25"),
            ("redis://:hunter2%@h", "%25"),
            ("redis://:hunter2/x@h", "%2F"),
            ("redis://:12/hunter2@h/0", "%2F"),
            ("redis://:hunter2?x@h", "%3F"),
            ("redis://:12?hunter2@h", "%3F"),
            ("redis://:12?hunter2=1@h", "%3F"),
            ("redis://:hunter2 x@h", "%20"),
            ("redis://:hunter2\u{7}x@h", "%07"),
            ("unix://:hunter2/x@/run/redis.sock", "%2F"),
        ] {
            let fault = fault(url);
            assert!(fault.contains(encoded), "{url}: {fault}");
        }
        assert!(fault("redis://h1,redis://h2").contains("own scheme://"));
    }

    #[test]
    fn refuses_parameters_by_name() {
        for (url, words) in [
            ("redis://h?max_connections=10", "max_connections"),
            ("redis://h?decode_responses=True", "decode_responses"),
            ("redis://h?protocol=2", "protocol"),
            ("redis://h?db=x", "db"),
            ("redis://h?db=-1", "db"),
            ("redis://h?socket_timeout=0", "socket_timeout"),
            ("redis://h?socket_timeout=nan", "socket_timeout"),
            ("redis://h?health_check_interval=0", "health_check_interval"),
            ("redis://h?ssl_cert_reqs=none", "rediss://"),
            ("rediss://h?ssl_cert_reqs=maybe", "ssl_cert_reqs"),
            ("rediss://h?ssl_check_hostname=perhaps", "ssl_check_hostname"),
            ("rediss://h?ssl_ca_certs=/no/such/file.pem", "ssl_ca_certs"),
            ("rediss://h?ssl_certfile=/no/such/file.pem", "ssl_certfile"),
            ("redis://h?passwrod=hunter2", "passwrod"),
            ("redis://h?Hunter_2=1", "parameter"),
            ("redis://h?db=1&db=2", "once"),
            ("redis://h?password=x&hunter2=1", "%26"),
            ("redis://h?password=x&hunter2", "%26"),
            ("redis://h?hunter2", "%3F"),
        ] {
            // An address with an unreadable file is still well-formed, so it may be shown.
            let fault = match url.contains("/no/such") {
                true => Address::parse(url, &RedisTls::default()).map(|_| ()).expect_err(url).to_string(),
                false => fault(url),
            };
            assert!(fault.contains(words), "{url}: {fault}");
        }
    }

    #[test]
    fn refuses_other_texts_without_showing_them() {
        for url in [
            "hunter2",
            "",
            "http://:hunter2@h",
            "redis:hunter2",
            "redis://:hunter2",
            "redis://h:hunter2",
            "redis://h/hunter2",
            "redis://h:70000",
            "redis://h h",
            "redis://[::hunter2]",
            "redis://a:hunter2@h:x",
            "unix://",
            "unix://h/hunter2",
            "redis://u:%FFhunter2@h",
            "hunter2://h",
        ] {
            fault(url);
        }
    }

    #[test]
    fn shows_no_credentials() {
        for (url, shown) in [
            ("redis://localhost", "redis://localhost:6379"),
            ("rediss://u:hunter2@h:1/2", "rediss://***@h:1/2"),
            ("redis://h?password=hunter2&db=3", "redis://***@h:6379/3"),
            ("unix://:hunter2@/run/redis.sock?db=1", "unix://***@/run/redis.sock/1"),
            ("redis://[::1]", "redis://[::1]:6379"),
        ] {
            assert_eq!(without_credentials(url).as_deref(), Some(shown));
            assert!(!format!("{:?}", parsed(url)).contains("hunter2"));
        }
    }
}
