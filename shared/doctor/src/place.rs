//! An address that is dialled: a scheme, a host and a port.

use std::net::IpAddr;

use url::{Host, Url};

/// The scheme, host and port of a site, or of its sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    secure: bool,
    host: Host<String>,
    port: u16,
}

impl Place {
    /// The place of an address with http, https, ws or wss. `None` without a host.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let secure = matches!(url.scheme(), "https" | "wss");
        let known = secure || matches!(url.scheme(), "http" | "ws");
        let host = url.host()?.to_owned();
        known.then_some(())?;
        Some(Self { secure, host, port: url.port_or_known_default()? })
    }

    /// Whether it is encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host, without brackets.
    pub(crate) fn host(&self) -> String {
        match &self.host {
            Host::Ipv6(address) => address.to_string(),
            other => other.to_string(),
        }
    }

    /// The host if it is a name and no address.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name.trim_end_matches('.')),
            _ => None,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether the place is reached from this machine or this network alone.
    pub(crate) fn is_local(&self) -> bool {
        match &self.host {
            Host::Domain(name) => !catamaran_edge::is_public_name(name) || !name.contains('.'),
            Host::Ipv4(address) => address.is_loopback() || address.is_private() || address.is_unspecified(),
            Host::Ipv6(address) => IpAddr::V6(*address).is_loopback() || address.is_unspecified(),
        }
    }

    /// The value of a `Host` header: the port is left out if it is the usual one.
    pub(crate) fn authority(&self) -> String {
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }

    /// The origin of its pages: `https://chat.example`.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.authority())
    }

    /// The address of its sockets: `wss://chat.example`.
    pub(crate) fn sockets(&self) -> String {
        format!("{}://{}", if self.secure { "wss" } else { "ws" }, self.authority())
    }

    /// The same host over TLS, on the same port unless that is the one of plain HTTP.
    pub(crate) fn encrypted(&self) -> Self {
        Self { secure: true, port: if self.port == 80 { 443 } else { self.port }, ..self.clone() }
    }

    /// The same host over plain HTTP on this port.
    pub(crate) fn plain(&self, port: u16) -> Self {
        Self { secure: false, port, ..self.clone() }
    }
}
