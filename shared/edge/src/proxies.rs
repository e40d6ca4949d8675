//! The proxies whose forwarded headers count.

use std::{net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];
/// The addresses that platforms and container networks give to their routers: RFC 1918, RFC 4193, RFC 6598.
const PRIVATE: [&str; 5] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

/// `TRUSTED_PROXIES`: a comma list of addresses and networks, or the words `loopback`, `private`, `none`; default
/// `loopback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whether headers of this peer are trusted. A peer on a Unix socket (`None`) is on this machine.
    pub fn trusts(&self, peer: Option<IpAddr>) -> bool {
        let peer = peer.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
        self.0.iter().any(|net| net.contains(&peer))
    }
}

/// One entry of [`TrustedProxies`], read from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyNetworks(Vec<IpNet>);

impl FromStr for ProxyNetworks {
    type Err = String;

    /// # Errors
    /// The expected form, as text.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_entry(text).map(Self)
    }
}

impl FromIterator<ProxyNetworks> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = ProxyNetworks>>(entries: I) -> Self {
        Self(entries.into_iter().flat_map(|entry| entry.0).collect())
    }
}

impl Default for TrustedProxies {
    fn default() -> Self {
        Self(parse_all(&LOOPBACK))
    }
}

fn parse_entry(text: &str) -> Result<Vec<IpNet>, String> {
    match text {
        "loopback" => Ok(parse_all(&LOOPBACK)),
        "private" => Ok(parse_all(&PRIVATE)),
        "none" => Ok(Vec::new()),
        _ => {
            let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            net.map(|net| vec![unmapped(net)])
                .ok_or_else(|| "an address, a network such as 10.0.0.0/8, or loopback, private, none".to_owned())
        }
    }
}

/// `::ffff:10.0.0.0/104` is `10.0.0.0/8`, as peers' addresses are compared.
fn unmapped(net: IpNet) -> IpNet {
    const MAPPED_BITS: u8 = 96;
    let v4 = match net.addr().to_canonical() {
        IpAddr::V4(addr) if net.max_prefix_len() > 32 => net.prefix_len().checked_sub(MAPPED_BITS).map(|bits| (addr, bits)),
        _ => None,
    };
    v4.and_then(|(addr, bits)| Ipv4Net::new(addr, bits).ok()).map_or(net, IpNet::V4)
}

fn parse_all(nets: &[&str]) -> Vec<IpNet> {
    nets.iter().filter_map(|net| net.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_mapped_address_as_the_one_it_maps() {
        let nets = |text| TrustedProxies(parse_entry(text).unwrap());
        for text in ["10.0.0.7", "::ffff:10.0.0.7", "::ffff:10.0.0.0/104", "10.0.0.0/8"] {
            assert!(nets(text).trusts("10.0.0.7".parse().ok()), "{text}");
            assert!(!nets(text).trusts("11.0.0.7".parse().ok()), "{text}");
        }
        assert!(nets("2001:db8::/32").trusts("2001:db8::1".parse().ok()));
    }

    #[test]
    fn every_named_network_is_read() {
        assert_eq!(parse_all(&LOOPBACK).len(), LOOPBACK.len());
        assert_eq!(parse_all(&PRIVATE).len(), PRIVATE.len());
    }
}
