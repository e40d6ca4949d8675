//! The headers in which proxies describe a client, before any of them is trusted.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use super::forwarded::{self, Element};

/// One of the headers that are read.
#[derive(Clone, Copy)]
pub(super) enum Name {
    XForwardedFor,
    Forwarded,
    XRealIp,
    XForwardedProto,
    XForwardedScheme,
    XScheme,
    XUrlScheme,
    XForwardedSsl,
    FrontEndHttps,
    XForwardedHost,
    XForwardedPort,
}

/// The headers' names, in the order of [`Name`].
const NAMES: [&str; 11] = [
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "X-Forwarded-Proto",
    "X-Forwarded-Scheme",
    "X-Scheme",
    "X-Url-Scheme",
    "X-Forwarded-Ssl",
    "Front-End-Https",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
];

/// The values of these headers in one request, line by line.
#[derive(Default)]
pub(super) struct Claims<'h>([Vec<&'h [u8]>; NAMES.len()]);

impl<'h> Claims<'h> {
    /// Keeps the header if it is one of these.
    pub(super) fn take(&mut self, name: &str, value: &'h [u8]) {
        if let Some(at) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            self.0[at].push(value);
        }
    }

    /// The name of a header that the request has.
    pub(super) fn any(&self) -> Option<&'static str> {
        NAMES.iter().zip(&self.0).find(|(_, lines)| !lines.is_empty()).map(|(name, _)| *name)
    }

    /// The entries of a comma list over all its lines, in their order.
    pub(super) fn list(&self, name: Name) -> Vec<Cow<'h, str>> {
        let entries = self.lines(name).iter().flat_map(|line| line.split(|&byte| byte == b','));
        entries.map(|entry| String::from_utf8_lossy(entry.trim_ascii())).collect()
    }

    /// The addresses of the clients that each proxy saw, the farthest first. None stands for an entry that is no address.
    pub(super) fn addresses(&self, elements: &[Element]) -> Vec<Option<IpAddr>> {
        let given = self.list(Name::XForwardedFor);
        if !given.is_empty() {
            return given.iter().map(|entry| address(entry)).collect();
        }
        if !elements.is_empty() {
            return elements.iter().map(|element| element.client.as_deref().and_then(address)).collect();
        }
        self.list(Name::XRealIp).last().map(|entry| address(entry)).into_iter().collect()
    }

    /// `Forwarded`, only where there is no `X-Forwarded-For`: a proxy that writes the one passes the other on as the client sent it.
    pub(super) fn elements(&self) -> Vec<Element> {
        let unread = self.lines(Name::XForwardedFor).is_empty();
        self.lines(Name::Forwarded).iter().filter(|_| unread).flat_map(|line| forwarded::parse(line)).collect()
    }

    fn lines(&self, name: Name) -> &[&'h [u8]] {
        &self.0[name as usize]
    }
}

/// An address, with or without a port, brackets, quotes or a zone: load balancers write all of these.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.trim_matches(['[', ']']);
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    let found = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|addr| addr.ip()));
    found.ok().map(|addr| addr.to_canonical())
}
