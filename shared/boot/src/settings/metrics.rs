//! The address of the metrics.

use super::{Bind, Listen, Parsed};

/// An address with its port. Nothing is assumed: the numbers are for operators alone.
pub(super) fn parse(text: &str) -> Parsed<Listen> {
    match text.parse() {
        Ok(Bind::HostPort(host, port)) => Ok(Listen::Tcp { host, port }),
        _ => Err("a host and a port, as in 127.0.0.1:9090; :9090 is every address of this machine".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::EVERY_ADDRESS;

    #[test]
    fn reads_a_host_with_a_port() {
        for (text, host) in
            [("127.0.0.1:9090", "127.0.0.1"), ("[::1]:9090", "::1"), (":9090", EVERY_ADDRESS), ("localhost:9090", "localhost")]
        {
            assert_eq!(parse(text), Ok(Listen::Tcp { host: host.to_owned(), port: 9090 }), "{text}");
        }
    }

    #[test]
    fn refuses_an_address_without_a_port() {
        for text in [
            "9090",
            "localhost",
            "127.0.0.1",
            "::1",
            "unix:/run/m.sock",
            "fd://3",
            "http://localhost:9090",
            "localhost:99999",
            "on",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
