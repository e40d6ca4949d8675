//! `tail`.

use std::time::Duration;

use catamaran::{ChannelLayer, ChannelOptions, Clock, Delivery, Gap, GapReason, GroupName, Incoming, Receiver, Target as To};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    Streams, Target,
    connect::connect_or_advise,
    format::{count, timestamp},
};

/// The channel holds this many events while the terminal is slow.
const CAPACITY: usize = 10_000;

pub(crate) struct Tail<'a> {
    pub(crate) groups: &'a [GroupName],
    pub(crate) count: Option<u64>,
    pub(crate) clock: &'a Clock,
}

impl Tail<'_> {
    /// Prints events until the count is reached, `stop` is cancelled or the output is closed. Then it leaves the groups.
    pub(crate) async fn run(
        &self,
        target: &Target,
        patience: Duration,
        streams: Streams<'_>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let layer = connect_or_advise(target, patience).await?;
        let mut reader = layer.new_channel(ChannelOptions::default().with_capacity(CAPACITY));
        let outcome = match self.join(&*layer, &reader).await {
            Ok(()) => self.print(target, &mut reader, streams, stop).await,
            Err(fault) => Err(fault),
        };
        catamaran_boot::leave(&*layer).await;
        outcome
    }

    async fn join(&self, layer: &dyn ChannelLayer, reader: &Receiver) -> anyhow::Result<()> {
        for group in self.groups {
            layer.group_add(group, reader.name()).await?;
        }
        Ok(())
    }

    async fn print(
        &self,
        target: &Target,
        reader: &mut Receiver,
        streams: Streams<'_>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let Streams { out, err, .. } = streams;
        let names: Vec<_> = self.groups.iter().map(GroupName::as_str).collect();
        writeln!(err, "tail: {} in {} at {}; Ctrl-C ends it", names.join(", "), target.layer.name(), target.settings.redis)?;
        let mut left = self.count.unwrap_or(u64::MAX);
        while left > 0 {
            let Some(incoming) = stop.run_until_cancelled(reader.recv()).await else { break };
            match incoming {
                Incoming::Delivery(delivery) => {
                    writeln!(out, "{}", self.line(&delivery))?;
                    out.flush()?;
                    left -= 1;
                }
                Incoming::Gap(gap) => writeln!(err, "tail: {} {}", timestamp(self.clock.wall()), gap_text(gap))?,
            }
        }
        Ok(())
    }

    fn line(&self, delivery: &Delivery) -> String {
        let time = timestamp(self.clock.wall());
        let name = match &delivery.to {
            To::Group(group) => group.as_str(),
            To::Channel(channel) => channel.as_str(),
        };
        // `json!` would sort the fields alphabetically.
        format!("{{\"time\":{},\"group\":{},\"event\":{}}}", json!(time), json!(name), delivery.message.to_json())
    }
}

fn gap_text(gap: Gap) -> String {
    match gap.reason {
        GapReason::Disconnected => "events may be missing here: Redis was out of reach".to_owned(),
        GapReason::Overflow => {
            format!("{} missing here: they came faster than they were read", count(gap.dropped, "event is", "events are"))
        }
        other => format!("events may be missing here: {}", other.as_str()),
    }
}
