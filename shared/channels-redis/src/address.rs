//! The address of a Redis, as it is given.

use std::time::Duration;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, io::tcp::TcpSettings};

/// A text is not the address of a Redis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no such address at all.
    #[error("not a Redis address: expected redis://[user:password@]host[:port][/db], rediss:// for TLS, or unix:///path ({0})")]
    Malformed(String),
    /// There is none.
    #[error("no address: expected at least one redis://[user:password@]host[:port][/db]")]
    None,
    /// Sentinels and the nodes of a Cluster have host and port.
    #[error("a Sentinel, or a node of a Cluster, has an address with host and port: unix:// cannot be one")]
    NotOverTcp,
    /// There must be a number of lanes.
    #[error("{0} lanes: expected 1 to {max}", max = crate::MAX_LANES)]
    Lanes(usize),
}

/// Reads `url`; the connection will speak RESP3.
pub(crate) fn parse(url: &str, accept_any_certificate: bool) -> Result<ConnectionInfo, AddressError> {
    let info = url.into_connection_info().map_err(|fault| AddressError::Malformed(format!("{:?}", fault.kind())))?;
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
    Ok(info.set_addr(addr).set_redis_settings(redis).set_tcp_settings(tcp))
}

/// As `parse`, for a server that names others by host and port.
pub(crate) fn parse_tcp(url: &str, accept_any_certificate: bool) -> Result<ConnectionInfo, AddressError> {
    let info = parse(url, accept_any_certificate)?;
    match info.addr() {
        ConnectionAddr::Unix(_) => Err(AddressError::NotOverTcp),
        _ => Ok(info),
    }
}

/// The same way in to another server: user, password, database and TLS are kept.
pub(crate) fn moved_to(info: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let addr = match info.addr().clone() {
        ConnectionAddr::TcpTls { tls_params, insecure, .. } => ConnectionAddr::TcpTls { host, port, insecure, tls_params },
        _ => ConnectionAddr::Tcp(host, port),
    };
    info.clone().set_addr(addr)
}

/// The host in an address, where it has one.
pub(crate) fn host_of(info: &ConnectionInfo) -> Option<&str> {
    match info.addr() {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => Some(host),
        _ => None,
    }
}
