//! The members of a group in the pubsub dialects: Redis knows only how many processes subscribe.

use std::io::Write;

use anyhow::Context as _;
use catamaran::GroupName;
use catamaran_redis::inspect::{ClientFacts, GroupTopic, InspectedHost, Inspector};

use crate::format::{bytes, count, span, wrapped};

/// The list holds at most this many connections.
const SHOWN: usize = 20;

pub(super) async fn show(inspector: &Inspector, group: &GroupName, sharded: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let GroupTopic { host, name, .. } = inspector.topic_of(group);
    let place = &inspector.places()[host];
    let at_home = inspector.connect_to(host).await.with_context(|| format!("Redis at {place}"))?;
    let subscribers = at_home.subscribers(&name, sharded).await.with_context(|| format!("Redis at {place}"))?;

    let dialect = if sharded { "redis-cluster" } else { "redis-pubsub" };
    let processes = count(subscribers, "process", "processes");
    writeln!(out, "{group} in {dialect}, as {name}, at {}:\n{processes}", at_home.address())?;
    if !sharded {
        elsewhere(inspector, host, &name, out).await?;
    }
    let limits = "Publish and subscribe keeps no list of a group's members. So Redis cannot report which of the connections below are in \
                  it, how many sockets each serves, and what Django's processes have not read yet.";
    writeln!(out, "\n{}\n", wrapped("", limits))?;
    connections(&at_home, out).await
}

/// Warns of processes with other hosts, or another order of hosts: they subscribe on a host where no process publishes.
async fn elsewhere(inspector: &Inspector, home: usize, topic: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let places = inspector.places();
    for (index, host) in inspector.connect().await.into_iter().enumerate().filter(|(index, _)| *index != home) {
        let Ok(host) = host else { continue };
        if let Ok(lost @ 1..) = host.subscribers(topic, false).await {
            let lost = count(lost, "process is", "processes are");
            let text = format!(
                "{lost} in this group at {}, where no process sends to it: there REDIS_URL names other hosts, or another order",
                places[index]
            );
            writeln!(out, "{}", wrapped("warning: ", &text))?;
        }
    }
    Ok(())
}

async fn connections(host: &InspectedHost, out: &mut dyn Write) -> anyhow::Result<()> {
    let clients = match host.clients().await {
        Ok(clients) => clients,
        Err(fault) => {
            writeln!(out, "{}", wrapped("", &format!("Connections that subscribe to anything: {fault}")))?;
            return Ok(());
        }
    };
    let subscribers: Vec<_> = clients.iter().filter(|client| client.subscriptions > 0).collect();
    writeln!(
        out,
        "{} to anything at {}:",
        count(subscribers.len() as u64, "connection subscribes", "connections subscribe"),
        host.address()
    )?;
    for client in subscribers.iter().take(SHOWN) {
        writeln!(out, "  {}", summary(client))?;
    }
    if subscribers.len() > SHOWN {
        writeln!(out, "  and {} more", subscribers.len() - SHOWN)?;
    }
    Ok(())
}

fn summary(client: &ClientFacts) -> String {
    let owner = if client.is_own_subscriber() { "Catamaran" } else { "another" };
    let unsent = if client.unsent == 0 { "nothing unsent".to_owned() } else { format!("{} unsent", bytes(client.unsent)) };
    let topics = count(client.subscriptions, "topic", "topics");
    format!("{owner:<9}  {:<21}  {:>7}  {topics:>10}  {unsent}", client.address, span(client.age))
}
