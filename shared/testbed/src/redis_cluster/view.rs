//! What a node says about the cluster.

use std::ops::RangeInclusive;

use crate::Redis;

/// One line of `CLUSTER NODES`.
#[derive(Debug)]
pub(super) struct Seen {
    port: u16,
    /// A master that the one who was asked does not think dead.
    serves: bool,
    slots: Vec<RangeInclusive<u16>>,
}

/// The cluster as `node` sees it.
pub(super) async fn of(node: &Redis) -> Vec<Seen> {
    node.cli(&["CLUSTER", "NODES"]).await.lines().filter_map(parse_line).collect()
}

/// The port of the master that owns `slot`, if one lives.
pub(super) fn owner(seen: &[Seen], slot: u16) -> Option<u16> {
    let owns = |node: &&Seen| node.serves && node.slots.iter().any(|range| range.contains(&slot));
    seen.iter().find(owns).map(|node| node.port)
}

/// The name of `node` among the others.
pub(super) async fn id(node: &Redis) -> String {
    node.cli(&["CLUSTER", "MYID"]).await.trim().to_owned()
}

/// `ID IP:PORT@BUS FLAGS MASTER PING PONG EPOCH LINK SLOTS…`
fn parse_line(line: &str) -> Option<Seen> {
    let mut fields = line.split(' ');
    let (_, port) = fields.nth(1)?.split_once('@')?.0.rsplit_once(':')?;
    let flags: Vec<_> = fields.next()?.split(',').collect();
    let serves = flags.contains(&"master") && !flags.contains(&"fail");
    let slots = fields.skip(5).filter_map(range).collect();
    Some(Seen { port: port.parse().ok()?, serves, slots })
}

/// `5460`, `0-5460`; a slot on its way (`[5460->-ID]`) still belongs to its old owner.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.parse().ok()?..=last.parse().ok()?)
}
