//! The channel layer's numbers.

use std::fmt;

use catamaran::{ChannelLayer, LayerStatus};

use crate::Scrape;

pub(crate) fn write(layer: &dyn ChannelLayer, scrape: &mut Scrape<'_>) -> fmt::Result {
    let is_up = layer.status() == LayerStatus::Up;
    scrape.gauge("catamaran_layer_up", "Whether the channel layer can be used (1) or not (0)", is_up.into())?;
    let stats = layer.stats();
    let outcomes = [
        ("delivered", stats.delivered),
        ("dropped", stats.dropped),
        ("refused", stats.refused),
        ("expired", stats.expired),
        ("undecodable", stats.undecodable),
    ];
    let help = "Messages of the channel layer by their outcome: delivered to a receiver of this process, dropped before a full one, \
                refused by a full channel, expired or undecodable";
    scrape.counters("catamaran_layer_messages", help, "outcome", outcomes)
}
