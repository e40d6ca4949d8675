//! The numbers of an application's process beside those of its server.

use std::{fmt, sync::Arc};

use catamaran_metrics::{Metrics, Scrape};
use store::Connections;

use crate::Parts;

impl Parts {
    /// Adds the channel layer, and the use of the database's connections.
    pub fn measure(&self, metrics: &mut Metrics) {
        metrics.layer(Arc::clone(&self.layer));
        self.fleet.measure(metrics);
        let store = self.store.clone();
        metrics.collect(move |scrape| write(store.connections(), scrape));
    }
}

fn write(connections: Connections, scrape: &mut Scrape<'_>) -> fmt::Result {
    let states = [([("state", "used")], connections.used), ([("state", "idle")], connections.idle)];
    let help = "Open connections to the database: used by a query or a transaction, or idle";
    scrape.labelled_gauges("catamaran_database_connections", help, states)?;
    let help = "The most connections to the database that the process opens (DATABASE_POOL_SIZE)";
    scrape.gauge("catamaran_database_connections_limit", help, connections.limit)
}
