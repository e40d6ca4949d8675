//! A replica of a server.

use std::time::Duration;

use super::{Redis, RedisOptions};
use crate::certificate::Certificate;
use crate::eventually;

impl Redis {
    /// Starts a replica of this server and waits until it has the data. It is read-only until [`Redis::promote`].
    ///
    /// # Panics
    /// If this server listens on a Unix socket only, and as [`Redis::start`].
    pub async fn replica(&self) -> Self {
        self.replica_with(RedisOptions { certificate: self.certificate.clone(), ..RedisOptions::default() }).await
    }

    /// Like [`Redis::replica`], with more lines of configuration. Password and TLS are those of this server.
    ///
    /// # Panics
    /// As [`Redis::replica`].
    pub async fn replica_with(&self, options: RedisOptions) -> Self {
        assert!(!self.address.unix_socket(), "a replica needs a port to reach its master at");
        let mut config = vec![format!("replicaof 127.0.0.1 {}", self.port())];
        config.extend(self.address.password.iter().map(|password| format!("masterauth {password}")));
        if self.address.tls && options.certificate.is_none() {
            // Each server has signed its own certificate, so this one must be trusted. The later of two such lines counts.
            config.push(format!("tls-ca-cert-file {}", self.folder.path().join(Certificate::FILE).display()));
        }
        config.extend(options.config);
        let (password, tls) = (self.address.password.clone(), self.address.tls);
        let replica = Self::start_with(RedisOptions { password, tls, config, ..options }).await;
        replica.follows().await;
        replica
    }

    /// Makes a replica a master. Other replicas of its old master do not follow it.
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn promote(&self) {
        self.cli(&["REPLICAOF", "NO", "ONE"]).await;
    }

    async fn follows(&self) {
        eventually(Duration::from_secs(20), || async {
            let link = self.info("master_link_status").await;
            (link.as_deref() == Some("up")).then_some(())
        })
        .await;
    }
}
