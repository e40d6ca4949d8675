//! Bounds the open connections of each client address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use catamaran_edge::{AddressKey, TrustedProxies};

/// The open connections of a process, by the address of their peer. Peers that `TRUSTED_PROXIES` names are not counted, since a proxy's
/// connections are those of all its clients.
pub(crate) struct Addresses {
    most: usize,
    proxies: TrustedProxies,
    open: Mutex<HashMap<AddressKey, usize>>,
}

/// One open connection. Dropping it makes room for another.
#[derive(Default)]
pub(crate) struct Permit(Option<Box<(Arc<Addresses>, AddressKey)>>);

impl Addresses {
    /// Each address may have `most` connections open.
    pub(crate) fn new(most: usize, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self { most, proxies, open: Mutex::default() })
    }

    /// Counts one more connection of `peer` (`None`: a Unix socket, which is not counted). `None` if the address has too many.
    pub(crate) fn enter(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Permit> {
        let peer = peer.map(|peer| peer.to_canonical());
        if peer.is_none() || self.proxies.trusts(peer) {
            return Some(Permit(None));
        }
        let address = AddressKey::of(peer);
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Permit(Some(Box::new((Arc::clone(self), address)))))
    }

    fn leave(&self, address: AddressKey) {
        let mut open = self.lock();
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }

    /// A poisoned lock is harmless: no code panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, HashMap<AddressKey, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some((addresses, address)) = self.0.as_deref() {
            addresses.leave(*address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_the_open_connections_of_an_address() {
        let all = Addresses::new(2, TrustedProxies::default());
        let enter = |peer: &str| all.enter(peer.parse().ok());
        let first = enter("198.51.100.7").unwrap();
        let _second = enter("::ffff:198.51.100.7").unwrap();
        assert!(enter("198.51.100.7").is_none(), "the mapped address is the same");
        let _other = enter("198.51.100.8").unwrap();
        drop(first);
        let _again = enter("198.51.100.7").unwrap();
    }

    #[test]
    fn counts_an_ipv6_network_as_one_address_and_no_proxies() {
        let all = Addresses::new(1, TrustedProxies::default());
        let enter = |peer: &str| all.enter(peer.parse().ok());
        let _held = ["2001:db8::1", "127.0.0.1", "127.0.0.1", "unix", "unix"].map(|peer| enter(peer).unwrap());
        assert!(enter("2001:db8::ffff").is_none());
        assert!(enter("2001:db8:0:1::1").is_some());
    }
}
