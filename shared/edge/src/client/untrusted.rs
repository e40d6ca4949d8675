//! Untrusted peers that send forwarding headers: proxies missing in the settings, or clients that forge them.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use crate::AddressKey;

/// How many peers get a warning of their own, so that a client with many addresses cannot fill the log.
const MOST_PEERS: usize = 64;

/// The peers that a warning named already.
static WARNED: Mutex<Option<HashSet<AddressKey>>> = Mutex::new(None);

/// Warns that the `header` of `peer` is ignored, the first time for each peer.
pub(super) fn warn_once(peer: Option<IpAddr>, header: &str) {
    if is_new(peer) {
        let (name, setting) =
            peer.map_or(("a Unix socket".to_owned(), "loopback".to_owned()), |ip| (ip.to_string(), ip.to_string()));
        log::warn!(
            "{header} from {name} is ignored, because TRUSTED_PROXIES does not name that peer: if it is your proxy, add {setting} to \
             TRUSTED_PROXIES; until then all its visitors count as one client, and https pages are taken for http"
        );
    }
}

fn is_new(peer: Option<IpAddr>) -> bool {
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    let warned = warned.get_or_insert_default();
    warned.len() < MOST_PEERS && warned.insert(AddressKey::of(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_once_for_each_of_a_bounded_number_of_peers() {
        let proxy = Some(IpAddr::from([203, 0, 113, 9]));
        assert!(is_new(proxy));
        assert!(!is_new(proxy));
        assert!(is_new(None));
        let neighbours = ["2001:db8::1", "2001:db8::2"].map(|ip| is_new(ip.parse().ok()));
        assert_eq!(neighbours, [true, false]);
        let strangers = (0..1000_u32).filter(|&n| is_new(Some(IpAddr::from(n.to_be_bytes()))));
        assert_eq!(strangers.count(), MOST_PEERS - 3);
    }
}
