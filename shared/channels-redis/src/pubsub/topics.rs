//! The names of groups and channels in Redis, and their hosts.

use std::sync::atomic::{AtomicBool, Ordering};

use catamaran::{ChannelName, GroupName};
use redis::aio::MultiplexedConnection;

use crate::{fault::LinkFault, rights, ring::host_of};

/// Maps one process's groups and channels to Redis channels.
#[derive(Debug)]
pub(super) struct Topics {
    /// The first part of the names of this process's own channels; ends in `!`.
    pub(super) own_prefix: String,
    prefix: String,
    group_prefix: String,
    hosts: usize,
    /// In a Cluster, the hash tag of each host. Names begin with it, so that a host's topics have one slot.
    tags: Option<Vec<String>>,
    /// Whether a host allows no pattern, so that this process's own channels are subscribed to by name.
    pub(super) one_by_one: Vec<AtomicBool>,
}

/// A Redis channel to publish or subscribe to.
pub(super) struct Topic {
    pub(super) host: usize,
    pub(super) name: String,
}

/// The target of a message, read from the topic that it arrived on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived<'a> {
    Group(&'a str),
    /// One of this process's own channels.
    Own(&'a str),
    /// All of this process's own channels (in a Cluster). The message names one.
    AnyOwn,
    General(&'a str),
}

impl Topics {
    pub(super) fn new(prefix: &str, own_prefix: String, hosts: usize, tags: Option<Vec<String>>) -> Self {
        let one_by_one = (0..hosts).map(|_| AtomicBool::new(false)).collect();
        Self { own_prefix, prefix: prefix.to_owned(), group_prefix: format!("{prefix}__group__"), hosts, tags, one_by_one }
    }

    /// Checks that the user has the rights that the layer needs at a host.
    pub(super) async fn check_rights(&self, connection: MultiplexedConnection, host: usize) -> Result<(), LinkFault> {
        let tag = self.tags.as_ref().map(|tags| tags[host].as_str());
        rights::check_pubsub(connection, &self.prefix, &self.own_prefix, tag).await
    }

    /// Checks that the user has the rights that histories need at a host.
    pub(super) async fn check_history_rights(&self, connection: MultiplexedConnection, host: usize) -> Result<(), LinkFault> {
        rights::check_history(connection, &self.prefix, &self.tag(host)).await
    }

    /// Returns the hash tag of a host in braces; empty unless this is a Cluster.
    pub(super) fn tag(&self, host: usize) -> String {
        self.tags.as_ref().map_or_else(String::new, |tags| format!("{{{}}}", tags[host]))
    }

    /// Returns the command that publishes.
    pub(super) fn publish_verb(&self) -> &'static str {
        if self.is_cluster() { "SPUBLISH" } else { "PUBLISH" }
    }

    pub(super) fn is_one_by_one(&self, host: usize) -> bool {
        self.one_by_one[host].load(Ordering::Relaxed)
    }

    /// Returns whether this is a Cluster. There a process has one topic for all its channels, and each message names its channel.
    pub(super) fn is_cluster(&self) -> bool {
        self.tags.is_some()
    }

    pub(super) fn of_group(&self, group: &GroupName) -> Topic {
        self.at_home(format!("{}{group}", self.group_prefix))
    }

    pub(super) fn of_channel(&self, channel: &ChannelName) -> Topic {
        self.at_home(if self.is_cluster() { channel.non_local() } else { channel.as_str() }.to_owned())
    }

    /// Returns the topic of all own channels of this process, in a Cluster.
    pub(super) fn of_own_channels(&self) -> Topic {
        self.at_home(self.own_prefix.clone())
    }

    fn at_home(&self, name: String) -> Topic {
        let host = host_of(&name, self.hosts);
        match &self.tags {
            Some(tags) => Topic { host, name: format!("{{{}}}{name}", tags[host]) },
            None => Topic { host, name },
        }
    }

    pub(super) fn read<'a>(&self, topic: &'a str) -> Arrived<'a> {
        let name = match self.is_cluster() {
            true => topic.split_once('}').map_or(topic, |(_, name)| name),
            false => topic,
        };
        match name.strip_prefix(&self.group_prefix) {
            Some(group) => Arrived::Group(group),
            None if name == self.own_prefix => Arrived::AnyOwn,
            None if name.starts_with(&self.own_prefix) => Arrived::Own(name),
            None => Arrived::General(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_that_it_makes() {
        for tags in [None, Some(vec!["0".to_owned(), "1".to_owned()])] {
            let topics = Topics::new("asgi", "asgispecific.0f!".to_owned(), 2, tags);
            let (group, own) = (GroupName::parse("room.7").unwrap(), ChannelName::parse("asgispecific.0f!9").unwrap());
            let general = ChannelName::parse("thumbnails").unwrap();
            assert_eq!(topics.read(&topics.of_group(&group).name), Arrived::Group("room.7"));
            assert_eq!(topics.read(&topics.of_channel(&general).name), Arrived::General("thumbnails"));
            let expected = if topics.is_cluster() { Arrived::AnyOwn } else { Arrived::Own("asgispecific.0f!9") };
            assert_eq!(topics.read(&topics.of_channel(&own).name), expected);
        }
    }
}
