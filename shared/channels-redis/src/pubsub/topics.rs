//! How groups and channels are named in Redis, and on which host they live.

use std::sync::atomic::{AtomicBool, Ordering};

use catamaran::{ChannelName, GroupName};
use redis::aio::MultiplexedConnection;

use crate::{fault::LinkFault, rights, ring::host_of};

/// The names in Redis of one process's groups and channels.
#[derive(Debug)]
pub(super) struct Topics {
    /// What the names of this process's own channels begin with; ends in `!`.
    pub(super) stem: String,
    prefix: String,
    group_stem: String,
    hosts: usize,
    /// In a Cluster: the hash tag in front of a name, by host, so that a host's topics have one slot.
    tags: Option<Vec<String>>,
    /// The hosts that allow no pattern: there this process's own channels are subscribed to one by one.
    pub(super) one_by_one: Vec<AtomicBool>,
}

/// Where to publish, or to subscribe.
pub(super) struct Topic {
    pub(super) host: usize,
    pub(super) name: String,
}

/// What a message that arrived was published to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived<'a> {
    Group(&'a str),
    /// One of this process's own channels.
    Own(&'a str),
    /// All of this process's own channels: the message says which (in a Cluster).
    AnyOwn,
    General(&'a str),
}

impl Topics {
    pub(super) fn new(prefix: &str, stem: String, hosts: usize, tags: Option<Vec<String>>) -> Self {
        let one_by_one = (0..hosts).map(|_| AtomicBool::new(false)).collect();
        Self { stem, prefix: prefix.to_owned(), group_stem: format!("{prefix}__group__"), hosts, tags, one_by_one }
    }

    /// May this user do at a host what the layer does there?
    pub(super) async fn check_rights(&self, connection: MultiplexedConnection, host: usize) -> Result<(), LinkFault> {
        let tag = self.tags.as_ref().map(|tags| tags[host].as_str());
        rights::check_pubsub(connection, &self.prefix, &self.stem, tag).await
    }

    pub(super) fn is_one_by_one(&self, host: usize) -> bool {
        self.one_by_one[host].load(Ordering::Relaxed)
    }

    /// Is this a Cluster, where a process has one topic for all its channels and messages say for which they are?
    pub(super) fn is_cluster(&self) -> bool {
        self.tags.is_some()
    }

    pub(super) fn of_group(&self, group: &GroupName) -> Topic {
        self.at_home(format!("{}{group}", self.group_stem))
    }

    pub(super) fn of_channel(&self, channel: &ChannelName) -> Topic {
        self.at_home(if self.is_cluster() { channel.non_local() } else { channel.as_str() }.to_owned())
    }

    /// Where all of this process's own channels are heard in a Cluster.
    pub(super) fn of_own_channels(&self) -> Topic {
        self.at_home(self.stem.clone())
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
        match name.strip_prefix(&self.group_stem) {
            Some(group) => Arrived::Group(group),
            None if name == self.stem => Arrived::AnyOwn,
            None if name.starts_with(&self.stem) => Arrived::Own(name),
            None => Arrived::General(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_read() {
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
