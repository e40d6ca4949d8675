//! Who does not keep up.

use std::time::{Duration, SystemTime};

use catamaran::{ChannelName, Clock};
use catamaran_redis::inspect::{Backlog, ClientFacts, InspectFault};

use super::{Finding, Patient, host::micros, usage::Usage};
use crate::{
    Layer, Target,
    words::{bytes, count, since, span},
};

/// Whoever reads, reads within milliseconds.
const LATE: Duration = Duration::from_secs(5);
/// Beyond what one burst leaves for a moment.
const MUCH: u64 = 256 << 10;
/// Of those that lag, so many are told of.
const SHOWN: usize = 10;

pub(super) async fn findings(target: &Target, patients: &[Patient], usage: &Usage, clock: &Clock) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, patient) in patients.iter().enumerate() {
        match target.layer {
            Layer::Core => found.extend(core(target, patient, &usage.keys[at], clock.wall()).await),
            Layer::PubSub | Layer::Cluster => found.extend(pubsub(patient, &usage.clients[at])),
        }
    }
    found
}

async fn core(
    target: &Target,
    patient: &Patient,
    keys: &Result<catamaran_redis::inspect::KeyTraces, InspectFault>,
    now: SystemTime,
) -> Vec<Finding> {
    let backlogs = match keys {
        Ok(keys) => patient.host.backlogs(&target.settings.prefix, &keys.unread).await,
        Err(fault) => Err(fault.clone()),
    };
    let mut backlogs = match backlogs {
        Ok(backlogs) => backlogs,
        Err(fault) => return vec![Finding::unseen("lag", patient.host.address(), &fault)],
    };
    backlogs.retain(|backlog| backlog.unread > 0);
    backlogs.sort_by_key(|backlog| backlog.oldest);
    if backlogs.is_empty() {
        return vec![Finding::ok("lag", format!("{}: nothing", patient.host.address())).with("unread", 0)];
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
                "nobody reads it, or too slowly: does `manage.py runworker {}` run, or whatever of yours receives from it?",
                backlog.name
            ),
        ),
        () if age > LATE || backlog.unread >= capacity => Finding::warning(
            "lag",
            text,
            "that process hangs or was killed. One of Catamaran's is taken out of its groups at the next group_send; one of Django's \
             stays in them for the group expiry",
        ),
        () => Finding::ok("lag", text),
    };
    finding.with("channel", backlog.name.as_str()).with("unread", backlog.unread).with("oldest_us", micros(age))
}

fn pubsub(patient: &Patient, clients: &Result<Vec<ClientFacts>, InspectFault>) -> Vec<Finding> {
    let clients = match clients {
        Ok(clients) => clients,
        Err(fault) => return vec![Finding::unseen("lag", patient.host.address(), fault)],
    };
    let subscribers: Vec<_> = clients.iter().filter(|client| client.subscriptions > 0).collect();
    let mut late: Vec<_> = subscribers.iter().filter(|client| client.unsent >= MUCH).collect();
    late.sort_by_key(|client| std::cmp::Reverse(client.unsent));
    if late.is_empty() {
        let number = count(subscribers.len() as u64, "connection subscribes", "connections subscribe");
        let text = format!("{}: {number}, and none has more than {} unsent", patient.host.address(), bytes(MUCH));
        return vec![Finding::ok("lag", text).with("subscribers", subscribers.len())];
    }
    late.into_iter().take(SHOWN).map(|client| unsent(client)).collect()
}

fn unsent(client: &ClientFacts) -> Finding {
    let name = if client.name.is_empty() { "without a name" } else { &client.name };
    let text = format!("{} ({name}) has not read {}", client.address, bytes(client.unsent));
    let advice = "that process hangs or is overwhelmed. Redis cuts it off when its buffer is full; it misses events then";
    Finding::warning("lag", text, advice).with("client", client.address.as_str()).with("unsent_bytes", client.unsent)
}
