//! Processes that do not keep up.

use std::time::{Duration, SystemTime};

use catamaran::{ChannelName, Clock};
use catamaran_redis::inspect::{Backlog, ClientFacts, InspectFault};

use super::{Finding, Host, host::micros, usage::Usage};
use crate::{
    Layer, Target,
    format::{bytes, count, since, span},
};

/// A process that works reads within milliseconds.
const LATE: Duration = Duration::from_secs(5);
/// More than one burst leaves unsent for a moment.
const MUCH: u64 = 256 << 10;
/// The report lists at most this many channels or connections that lag.
const SHOWN: usize = 10;

pub(super) async fn findings(target: &Target, hosts: &[Host], usage: &Usage, clock: &Clock) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, host) in hosts.iter().enumerate() {
        match target.layer {
            Layer::Core => found.extend(core(target, host, &usage.keys[at], clock.wall()).await),
            Layer::PubSub | Layer::Cluster => found.extend(pubsub(host, &usage.clients[at])),
        }
    }
    found
}

async fn core(
    target: &Target,
    host: &Host,
    keys: &Result<catamaran_redis::inspect::KeyTraces, InspectFault>,
    now: SystemTime,
) -> Vec<Finding> {
    let backlogs = match keys {
        Ok(keys) => host.inspected.backlogs(&target.settings.prefix, &keys.unread).await,
        Err(fault) => Err(fault.clone()),
    };
    let mut backlogs = match backlogs {
        Ok(backlogs) => backlogs,
        Err(fault) => return vec![Finding::unknown_because("lag", host.inspected.address(), &fault)],
    };
    backlogs.retain(|backlog| backlog.unread > 0);
    backlogs.sort_by_key(|backlog| backlog.oldest);
    if backlogs.is_empty() {
        return vec![Finding::ok("lag", format!("{}: nothing", host.inspected.address())).with("unread", 0)];
    }
    let mut found: Vec<_> = backlogs.iter().take(SHOWN).map(|backlog| unread(target, backlog, now)).collect();
    if backlogs.len() > SHOWN {
        let rest = count((backlogs.len() - SHOWN) as u64, "more channel has", "more channels have");
        found.push(Finding::ok("lag", format!("{rest} something unread, none of it older")));
    }
    found
}

fn unread(target: &Target, backlog: &Backlog, now: SystemTime) -> Finding {
    let age = backlog.oldest.map(|oldest| since(oldest, now)).unwrap_or_default();
    let capacity = target.settings.config().capacity_of_name(&backlog.name) as u64;
    let text = format!("{}: {} of {capacity} messages, the oldest for {}", backlog.name, backlog.unread, span(age));
    let is_general = ChannelName::parse(&backlog.name).is_ok_and(|name| name.is_general());
    let finding = match () {
        () if is_general && (age > LATE || backlog.unread >= capacity) => Finding::warning(
            "lag",
            text,
            format!(
                "no process reads it, or it reads too slowly: does `manage.py runworker {}` run, or your own receiver?",
                backlog.name
            ),
        ),
        () if age > LATE || backlog.unread >= capacity => Finding::warning(
            "lag",
            text,
            "that process hangs or was killed. The next group_send removes a process of Catamaran from its groups; a process of \
             Django stays in them until the group expiry",
        ),
        () => Finding::ok("lag", text),
    };
    finding.with("channel", backlog.name.as_str()).with("unread", backlog.unread).with("oldest_us", micros(age))
}

fn pubsub(host: &Host, clients: &Result<Vec<ClientFacts>, InspectFault>) -> Vec<Finding> {
    let clients = match clients {
        Ok(clients) => clients,
        Err(fault) => return vec![Finding::unknown_because("lag", host.inspected.address(), fault)],
    };
    let subscribers: Vec<_> = clients.iter().filter(|client| client.subscriptions > 0).collect();
    let mut late: Vec<_> = subscribers.iter().filter(|client| client.unsent >= MUCH).collect();
    late.sort_by_key(|client| std::cmp::Reverse(client.unsent));
    if late.is_empty() {
        let number = count(subscribers.len() as u64, "connection subscribes", "connections subscribe");
        let text = format!("{}: {number}, and none has more than {} unsent", host.inspected.address(), bytes(MUCH));
        return vec![Finding::ok("lag", text).with("subscribers", subscribers.len())];
    }
    late.into_iter().take(SHOWN).map(|client| unsent(client)).collect()
}

fn unsent(client: &ClientFacts) -> Finding {
    let name = if client.name.is_empty() { "without a name" } else { &client.name };
    let text = format!("{} ({name}) has not read {}", client.address, bytes(client.unsent));
    let advice = "that process hangs or is overloaded. When its buffer is full, Redis closes the connection, and the process misses events";
    Finding::warning("lag", text, advice).with("client", client.address.as_str()).with("unsent_bytes", client.unsent)
}
