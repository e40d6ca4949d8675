//! Whose address and scheme a request is given, behind proxies that we trust and in front of clients that we do not.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::net::IpAddr;

use boot::{ClientInfo, Flags, Process, Settings, settings::TrustedProxies};

fn proxies(list: &str) -> TrustedProxies {
    let vars = |name: &str| (name == "TRUSTED_PROXIES").then(|| list.to_owned());
    Settings::read(vars, Process::HttpServer, &Flags::default()).unwrap().trusted_proxies
}

fn read(peer: &str, headers: &[(&str, &str)], trusted: &str) -> ClientInfo {
    let peer = peer.parse::<IpAddr>().ok();
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    ClientInfo::read(peer, headers, &proxies(trusted))
}

fn addr(peer: &str, forwarded_for: &[&str], trusted: &str) -> String {
    let headers: Vec<_> = forwarded_for.iter().map(|value| ("x-forwarded-for", *value)).collect();
    read(peer, &headers, trusted).addr.map_or("unix".to_owned(), |addr| addr.to_string())
}

#[test]
fn an_untrusted_peer_is_the_client_whatever_it_says() {
    assert_eq!(addr("203.0.113.9", &["198.51.100.1"], "loopback"), "203.0.113.9");
    assert_eq!(addr("127.0.0.1", &["198.51.100.1"], "none"), "127.0.0.1");
    let client = read("203.0.113.9", &[("X-Forwarded-Proto", "https")], "loopback");
    assert_eq!(client.scheme, "http");
}

#[test]
fn the_walk_ends_at_the_first_hop_that_is_not_trusted() {
    for (hops, client) in [
        (&["198.51.100.1"][..], "198.51.100.1"),
        (&["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        (&["6.6.6.6, 198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        (&["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        (&["10.0.0.8, 10.0.0.7"], "10.0.0.8"),
        (&["198.51.100.1:4711"], "198.51.100.1"),
        (&["[2001:db8::1]:4711"], "2001:db8::1"),
        (&["2001:db8::1"], "2001:db8::1"),
        (&["::ffff:198.51.100.1"], "198.51.100.1"),
        (&["198.51.100.1, unknown"], "127.0.0.1"),
        (&["198.51.100.1, unknown, 10.0.0.7"], "10.0.0.7"),
        (&[""], "127.0.0.1"),
        (&[], "127.0.0.1"),
    ] {
        assert_eq!(addr("127.0.0.1", hops, "loopback,private"), client, "{hops:?}");
    }
}

#[test]
fn a_unix_socket_counts_as_this_machine() {
    assert_eq!(addr("unix", &["198.51.100.1"], "loopback"), "198.51.100.1");
    assert_eq!(addr("unix", &[], "loopback"), "unix");
    assert_eq!(addr("unix", &["198.51.100.1"], "none"), "unix");
}

#[test]
fn a_mapped_address_is_the_address_it_maps() {
    assert_eq!(addr("::ffff:127.0.0.1", &["198.51.100.1"], "loopback"), "198.51.100.1");
}

#[test]
fn bytes_that_are_no_text_do_not_hide_the_proxys_entry() {
    let headers = [("x-forwarded-for", &b"\xff\xfe, 198.51.100.1"[..]), ("host", &b"a"[..])];
    let client = ClientInfo::read("127.0.0.1".parse().ok(), headers, &TrustedProxies::default());
    assert_eq!(client.addr, "198.51.100.1".parse().ok());
}

#[test]
fn the_scheme_is_the_trusted_peers_word() {
    let scheme = |value| read("127.0.0.1", &[("x-forwarded-proto", value)], "loopback").scheme;
    assert_eq!(scheme("https"), "https");
    assert_eq!(scheme("HTTPS"), "https");
    assert_eq!(scheme("http, https"), "https");
    assert_eq!(scheme("https, http"), "http");
    assert_eq!(scheme("gopher"), "http");
    assert!(read("127.0.0.1", &[("x-forwarded-proto", "https")], "loopback").is_secure());
}

#[test]
fn the_host_is_as_given() {
    assert_eq!(read("127.0.0.1", &[("Host", " example.com:80 ")], "loopback").host, "example.com:80");
    assert_eq!(read("127.0.0.1", &[], "loopback").host, "");
}
