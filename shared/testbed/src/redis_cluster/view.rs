//! The cluster as a node sees it.

use std::ops::RangeInclusive;

use crate::Redis;

/// One line of `CLUSTER NODES`.
#[derive(Debug)]
pub(super) struct NodeView {
    port: u16,
    /// Whether it is a master that the asked node does not consider dead.
    serves: bool,
    slots: Vec<RangeInclusive<u16>>,
}

/// Returns the cluster as `node` sees it.
pub(super) async fn of(node: &Redis) -> Vec<NodeView> {
    node.cli(&["CLUSTER", "NODES"]).await.lines().filter_map(parse_line).collect()
}

/// Returns the port of the live master that owns `slot`.
pub(super) fn owner(seen: &[NodeView], slot: u16) -> Option<u16> {
    let owns = |node: &&NodeView| node.serves && node.slots.iter().any(|range| range.contains(&slot));
    seen.iter().find(owns).map(|node| node.port)
}

/// Returns the id of `node` in the cluster.
pub(super) async fn id(node: &Redis) -> String {
    node.cli(&["CLUSTER", "MYID"]).await.trim().to_owned()
}

/// `ID IP:PORT@BUS FLAGS MASTER PING PONG EPOCH LINK SLOTS…`
fn parse_line(line: &str) -> Option<NodeView> {
    let mut fields = line.split(' ');
    let (_, port) = fields.nth(1)?.split_once('@')?.0.rsplit_once(':')?;
    let flags: Vec<_> = fields.next()?.split(',').collect();
    let serves = flags.contains(&"master") && !flags.contains(&"fail");
    let slots = fields.skip(5).filter_map(range).collect();
    Some(NodeView { port: port.parse().ok()?, serves, slots })
}

/// Parses `5460` or `0-5460`. A slot in migration (`[5460->-ID]`) still belongs to its old owner.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.parse().ok()?..=last.parse().ok()?)
}
