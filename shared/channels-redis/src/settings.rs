//! Where Redis is, and how patient to be with it.

use std::{fmt, time::Duration};

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, io::tcp::TcpSettings};

/// Where Redis is, and how patient to be with it.
#[derive(Clone)]
pub struct RedisSettings {
    info: ConnectionInfo,
    /// How often each connection is asked whether it still lives. 2 s.
    pub ping_interval: Duration,
    /// How long an answer may take; a connection that is silent twice in a row is given up. 2 s.
    pub response_timeout: Duration,
    /// The longest wait between two attempts to connect; they begin at 50 ms and double, with jitter. 2 s.
    pub max_backoff: Duration,
}

/// A text is not the address of a Redis.
#[derive(Debug, thiserror::Error)]
#[error("not a Redis address: expected redis://[user:password@]host[:port][/db], rediss:// for TLS, or unix:///path ({0})")]
pub struct AddressError(String);

impl RedisSettings {
    /// Reads `url`. `accept_any_certificate` is for `rediss://` with a certificate that nobody signed, as Heroku's are.
    ///
    /// # Errors
    /// [`AddressError`], which never shows the address itself: it may hold a password.
    pub fn new(url: &str, accept_any_certificate: bool) -> Result<Self, AddressError> {
        let info = url.into_connection_info().map_err(|fault| AddressError(format!("{:?}", fault.kind())))?;
        let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let addr = match info.addr().clone() {
            ConnectionAddr::TcpTls { host, port, tls_params, insecure } => {
                ConnectionAddr::TcpTls { host, port, tls_params, insecure: insecure || accept_any_certificate }
            }
            other => other,
        };
        let tcp = TcpSettings::default().set_nodelay(true);
        // A peer that vanished without a word is noticed by the kernel too, not only by our PING.
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(Duration::from_secs(10));
        Ok(Self {
            info: info.set_addr(addr).set_redis_settings(redis).set_tcp_settings(tcp),
            ping_interval: Duration::from_secs(2),
            response_timeout: Duration::from_secs(2),
            max_backoff: Duration::from_secs(2),
        })
    }

    pub(crate) fn info(&self) -> ConnectionInfo {
        self.info.clone()
    }
}

impl fmt::Display for RedisSettings {
    /// Host and port, or the path; no user and no password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.info.addr().fmt(f)
    }
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisSettings({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, shown) in [
            ("redis://localhost", "localhost:6379"),
            ("rediss://:secret@example.com:7000/2", "example.com:7000"),
            ("unix:///run/redis.sock", "/run/redis.sock"),
            ("redis+unix:///run/redis.sock", "/run/redis.sock"),
        ] {
            assert_eq!(RedisSettings::new(url, false).unwrap().to_string(), shown);
        }
        let fault = RedisSettings::new("http://:secret@example.com", false).unwrap_err().to_string();
        assert!(fault.contains("redis://") && !fault.contains("secret"), "{fault}");
        let shown = format!("{:?}", RedisSettings::new("redis://u:secret@h", true).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
