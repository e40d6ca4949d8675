//! The address, scheme and host of a client, behind trusted and untrusted peers.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::net::IpAddr;

use catamaran_edge::{ClientInfo, TrustedProxies};

fn proxies(list: &str) -> TrustedProxies {
    list.split(',')
        .map(|entry| entry.trim().parse().unwrap())
        .collect::<Vec<catamaran_edge::ProxyNetworks>>()
        .into_iter()
        .collect()
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
fn an_untrusted_peer_is_the_client_whatever_headers_it_sends() {
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
        (&["\"[2001:db8::1]\""], "2001:db8::1"),
        (&["[2001:db8::1]"], "2001:db8::1"),
        (&["fe80::1%eth0"], "fe80::1"),
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
fn bytes_that_are_no_text_do_not_hide_the_proxy_s_entry() {
    let headers = [("x-forwarded-for", &b"\xff\xfe, 198.51.100.1"[..]), ("host", &b"a"[..])];
    let client = ClientInfo::read("127.0.0.1".parse().ok(), headers, &TrustedProxies::default());
    assert_eq!(client.addr, "198.51.100.1".parse().ok());
}

/// Reads address, scheme and host from the headers of a trusted peer.
fn seen(headers: &[(&str, &str)]) -> String {
    let client = read("127.0.0.1", headers, "loopback,private");
    format!("{} {}://{}", client.addr.unwrap(), client.scheme, client.host)
}

#[test]
fn reads_the_scheme_at_the_clients_place() {
    const FOR: &str = "X-Forwarded-For";
    const PROTO: &str = "X-Forwarded-Proto";
    for (headers, scheme) in [
        (&[(PROTO, "https")][..], "https"),
        (&[(PROTO, "HTTPS")], "https"),
        (&[(PROTO, "wss")], "https"),
        (&[(PROTO, "\"https\"")], "https"),
        (&[(PROTO, "gopher")], "http"),
        (&[(PROTO, "")], "http"),
        // Tunnels: the first is the client's, whatever is beside it.
        (&[(PROTO, "https,http")], "https"),
        (&[(PROTO, "https"), (PROTO, "http")], "https"),
        (&[(FOR, "198.51.100.7"), (PROTO, "https,http")], "https"),
        (&[(FOR, "198.51.100.7, 127.0.0.1"), (PROTO, "https,http")], "https"),
        (&[(FOR, "198.51.100.7, 10.0.0.1"), (PROTO, "https"), (PROTO, "http")], "https"),
        // Each proxy adds an entry to both headers: the client's own claims are left of its place.
        (&[(FOR, "6.6.6.6, 198.51.100.7"), (PROTO, "https, http")], "http"),
        (&[(FOR, "6.6.6.6, 198.51.100.7, 10.0.0.1"), (PROTO, "https, http, https")], "http"),
    ] {
        assert!(seen(headers).contains(&format!(" {scheme}://")), "{headers:?}");
    }
}

#[test]
fn reads_other_headers_for_the_scheme_in_their_order() {
    for (headers, scheme) in [
        (&[("Forwarded", "proto=https")][..], "https"),
        (&[("X-Forwarded-Scheme", "https")], "https"),
        (&[("X-Scheme", "https")], "https"),
        (&[("X-Url-Scheme", "https")], "https"),
        (&[("X-Forwarded-Ssl", "on")], "https"),
        (&[("X-Forwarded-Ssl", "off")], "http"),
        (&[("Front-End-Https", "On")], "https"),
        (&[("X-Forwarded-Proto", "http"), ("X-Forwarded-Ssl", "on")], "http"),
        (&[("X-Forwarded-Proto", "https"), ("X-Scheme", "http")], "https"),
        (&[("X-Scheme", "http"), ("Front-End-Https", "on")], "http"),
        (&[("Forwarded", "proto=http"), ("X-Scheme", "https")], "http"),
        (&[("X-Forwarded-Port", "443")], "http"),
        (&[("CF-Visitor", "{\"scheme\":\"https\"}")], "http"),
    ] {
        assert!(seen(headers).contains(&format!(" {scheme}://")), "{headers:?}");
    }
}

#[test]
fn reads_the_address_from_one_header_alone() {
    for (headers, addr) in [
        (&[("X-Real-IP", "198.51.100.7")][..], "198.51.100.7"),
        (&[("X-Real-IP", "nonsense")], "127.0.0.1"),
        (&[("Forwarded", "for=198.51.100.7")], "198.51.100.7"),
        (&[("Forwarded", "for=6.6.6.6, for=198.51.100.7;proto=https")], "198.51.100.7"),
        (&[("Forwarded", "for=6.6.6.6, for=198.51.100.7, for=10.0.0.1")], "198.51.100.7"),
        (&[("Forwarded", "for=6.6.6.6"), ("Forwarded", "for=\"[2001:db8::1]:4711\"")], "2001:db8::1"),
        (&[("Forwarded", "for=198.51.100.7, for=unknown")], "127.0.0.1"),
        (&[("Forwarded", "for=198.51.100.7, for=_hidden")], "127.0.0.1"),
        (&[("Forwarded", "proto=https")], "127.0.0.1"),
        (&[("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=6.6.6.6"), ("X-Real-IP", "6.6.6.6")], "198.51.100.7"),
        (&[("X-Forwarded-For", ""), ("Forwarded", "for=6.6.6.6")], "127.0.0.1"),
        (&[("Forwarded", "for=198.51.100.7"), ("X-Real-IP", "6.6.6.6")], "198.51.100.7"),
        (&[("CF-Connecting-IP", "6.6.6.6"), ("True-Client-IP", "6.6.6.6")], "127.0.0.1"),
    ] {
        assert!(seen(headers).starts_with(&format!("{addr} ")), "{headers:?}: {}", seen(headers));
    }
}

#[test]
fn reads_the_host_at_the_clients_place() {
    const HOST: (&str, &str) = ("Host", "web");
    const FORWARDED_HOST: &str = "X-Forwarded-Host";
    for (headers, host) in [
        (&[HOST][..], "web"),
        (&[HOST, (FORWARDED_HOST, "chat.example")], "chat.example"),
        (&[(FORWARDED_HOST, "chat.example:8443"), HOST], "chat.example:8443"),
        (&[HOST, (FORWARDED_HOST, "")], "web"),
        (&[HOST, (FORWARDED_HOST, "chat.example, inner")], "chat.example"),
        (&[HOST, (FORWARDED_HOST, "chat.example"), (FORWARDED_HOST, "inner")], "chat.example"),
        (&[HOST, ("X-Forwarded-For", "6.6.6.6, 198.51.100.7"), (FORWARDED_HOST, "evil, chat.example")], "chat.example"),
        (&[HOST, ("Forwarded", "for=198.51.100.7;host=\"chat.example:8443\"")], "chat.example:8443"),
        (&[HOST, ("Forwarded", "for=6.6.6.6;host=evil, for=198.51.100.7;host=chat.example")], "chat.example"),
        (&[HOST, (FORWARDED_HOST, "chat.example"), ("Forwarded", "for=198.51.100.7;host=evil")], "chat.example"),
        (&[HOST, ("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "host=evil")], "web"),
        (&[HOST, ("X-Forwarded-Port", "8443")], "web:8443"),
        (&[("Host", "[::1]"), ("X-Forwarded-Port", "8443")], "[::1]:8443"),
        (&[HOST, (FORWARDED_HOST, "chat.example"), ("X-Forwarded-Port", "8443")], "chat.example:8443"),
        (&[("Host", "web:8000"), ("X-Forwarded-Port", "8443")], "web:8000"),
        (&[HOST, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "80")], "web"),
        (&[HOST, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "443")], "web"),
        (&[HOST, ("X-Forwarded-Port", "nonsense")], "web"),
        (&[HOST, ("X-Forwarded-Server", "evil"), ("X-Original-Host", "evil")], "web"),
    ] {
        assert!(seen(headers).ends_with(&format!("://{host}")), "{headers:?}: {}", seen(headers));
    }
}

#[test]
fn ignores_the_headers_of_an_untrusted_peer_and_names_one() {
    for (header, value) in [
        ("x-forwarded-for", "198.51.100.7"),
        ("forwarded", "for=198.51.100.7;proto=https;host=evil"),
        ("x-real-ip", "198.51.100.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-scheme", "https"),
        ("x-scheme", "https"),
        ("x-url-scheme", "https"),
        ("x-forwarded-ssl", "on"),
        ("front-end-https", "on"),
        ("x-forwarded-host", "evil"),
        ("x-forwarded-port", "8443"),
    ] {
        let client = read("203.0.113.9", &[("host", "a"), (header, value)], "loopback");
        assert_eq!((client.addr, client.scheme, client.host.as_str()), ("203.0.113.9".parse().ok(), "http", "a"), "{header}");
        assert!(client.ignored.is_some_and(|ignored| ignored.eq_ignore_ascii_case(header)), "{header}");
    }
    assert_eq!(read("203.0.113.9", &[("host", "a"), ("via", "1.1 x")], "loopback").ignored, None);
}

#[test]
fn keeps_the_host_as_it_was_sent() {
    assert_eq!(read("127.0.0.1", &[("Host", " example.com:80 ")], "loopback").host, "example.com:80");
    assert_eq!(read("127.0.0.1", &[], "loopback").host, "");
}

#[test]
fn takes_a_request_id_from_a_trusted_peer_alone() {
    let id = |peer: &str, given: &str| read(peer, &[("X-Request-Id", given)], "10.0.0.0/8").request_id.map(String::from);
    assert_eq!(id("10.0.0.7", "abc-1_2.3"), Some("abc-1_2.3".to_owned()));
    assert_eq!(id("203.0.113.9", "abc-1_2.3"), None);
}

#[test]
fn refuses_a_request_id_that_could_disturb_a_log() {
    for given in ["", "a b", "a\tb", "a\nb", "{}", "é", "a=b", &"x".repeat(65)] {
        assert_eq!(read("127.0.0.1", &[("x-request-id", given)], "loopback").request_id, None, "{given:?}");
    }
    assert!(read("127.0.0.1", &[("x-request-id", &"x".repeat(64))], "loopback").request_id.is_some());
}
