//! The round trip of a message: through a real layer to Redis and back.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, bail};
use catamaran::{ChannelLayer, ChannelOptions, Clock, GroupName, Incoming, Message, Receiver};
use catamaran_redis::inspect::Inspector;
use serde_json::json;
use tokio::time::timeout;

use super::{Finding, host::micros};
use crate::{Layer, Target, connect::connect, format::span};

const MESSAGES: usize = 50;
const FULL: &str = "Redis is full: find what fills it (redis-cli --bigkeys), or raise maxmemory";
/// A message that takes longer counts as lost.
const LOST: Duration = Duration::from_secs(5);
/// Users notice a longer delay.
const SLOW: Duration = Duration::from_millis(50);
const STALLED: Duration = Duration::from_millis(500);

/// Sends messages to an own channel, and to an own group on each host.
pub(super) async fn findings(target: &Target, inspector: &Inspector, patience: Duration, clock: &Clock) -> Vec<Finding> {
    let layer = match connect(target, patience).await {
        Ok(layer) => layer,
        Err(fault) => return vec![unconnected(&format!("{fault:#}"))],
    };
    let mut reader = layer.new_channel(ChannelOptions::default().with_capacity(MESSAGES));
    let mut found = vec![assessed("to a channel of its own", channel(&*layer, &mut reader, clock).await)];
    let places = inspector.places();
    for (host, name) in groups(target.layer, inspector, &reader) {
        let times = group(&*layer, &mut reader, &name, clock).await;
        found.push(assessed(&format!("to a group at {}", places[host]), times));
    }
    catamaran_boot::leave(&*layer).await;
    found
}

/// The layer's error names the missing rights.
fn unconnected(fault: &str) -> Finding {
    let advice = if fault.contains("ACL SETUSER") {
        "give this user the missing rights"
    } else if fault.contains("OOM") {
        FULL
    } else {
        "without a connection the layer can neither send nor receive"
    };
    Finding::error("way", fault, advice)
}

/// One group for each host, by the host's index.
fn groups(layer: Layer, inspector: &Inspector, reader: &Receiver) -> BTreeMap<usize, GroupName> {
    const TRIES: usize = 1_000;
    let hosts = inspector.places().len();
    let unique = reader.name().as_str().trim_end_matches(|c| c != '!').trim_end_matches('!');
    let unique = unique.rsplit('.').next().unwrap_or_default();
    let names = (0..TRIES).filter_map(|number| GroupName::parse(&format!("catamaran.doctor.{unique}.{number}")).ok());
    let mut groups = BTreeMap::new();
    for name in names {
        let host = if layer == Layer::Core { inspector.core_host_of(&name) } else { inspector.topic_of(&name).host };
        groups.entry(host).or_insert(name);
        if groups.len() == hosts {
            break;
        }
    }
    groups
}

async fn channel(layer: &dyn ChannelLayer, reader: &mut Receiver, clock: &Clock) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(MESSAGES);
    for number in 0..MESSAGES {
        let (message, start) = (numbered(number)?, clock.now());
        layer.send(&reader.name().clone(), &message).await?;
        arrived(reader, number).await?;
        times.push(clock.now().duration_since(start));
    }
    Ok(times)
}

async fn group(
    layer: &dyn ChannelLayer,
    reader: &mut Receiver,
    group: &GroupName,
    clock: &Clock,
) -> anyhow::Result<Vec<Duration>> {
    layer.group_add(group, reader.name()).await?;
    let mut times = Vec::with_capacity(MESSAGES);
    for number in 0..MESSAGES {
        let (message, start) = (numbered(number)?, clock.now());
        layer.group_send(group, &message).await?;
        arrived(reader, number).await?;
        times.push(clock.now().duration_since(start));
    }
    layer.group_discard(group, reader.name()).await?;
    Ok(times)
}

fn numbered(number: usize) -> anyhow::Result<Message> {
    Ok(Message::new(&json!({ "type": "catamaran.doctor", "number": number }))?)
}

async fn arrived(reader: &mut Receiver, number: usize) -> anyhow::Result<()> {
    let incoming = timeout(LOST, reader.recv()).await.with_context(|| format!("message {} of {MESSAGES} is lost", number + 1))?;
    match incoming {
        Incoming::Delivery(_) => Ok(()),
        Incoming::Gap(_) => bail!("the connection was cut at message {} of {MESSAGES}", number + 1),
    }
}

fn assessed(what: &str, times: anyhow::Result<Vec<Duration>>) -> Finding {
    let mut times = match times {
        Ok(times) => times,
        Err(fault) => return undelivered(what, &format!("{fault:#}")),
    };
    times.sort_unstable();
    let (median, p99, worst) = (percentile(&times, 50), percentile(&times, 99), percentile(&times, 100));
    let text = format!("{what}: {} median, {} p99, {} worst of {MESSAGES}", span(median), span(p99), span(worst));
    let finding = match median > SLOW || worst > STALLED {
        true => Finding::warning("way", text, "users notice this delay: is Redis far away, or is Redis or this machine busy?"),
        false => Finding::ok("way", text),
    };
    finding.with("median_us", micros(median)).with("p99_us", micros(p99)).with("worst_us", micros(worst))
}

fn undelivered(what: &str, fault: &str) -> Finding {
    let advice = match fault.contains("OOM") {
        true => FULL,
        false => "messages do not arrive: read the log of Redis",
    };
    Finding::error("way", format!("{what}: {fault}"), advice)
}

/// The percentile `of_hundred` of the sorted `times` (nearest rank).
fn percentile(times: &[Duration], of_hundred: usize) -> Duration {
    let rank = (times.len() * of_hundred).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_percentiles_by_nearest_rank() {
        let times: Vec<_> = (1..=50).map(Duration::from_millis).collect();
        let ms = |of_hundred| percentile(&times, of_hundred).as_millis();
        assert_eq!((ms(50), ms(99), ms(100)), (25, 50, 50));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
