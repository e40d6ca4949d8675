//! What a Redis tells of those who use it, for people and tools that look for a fault: no layer needs this.
//!
//! An [`Inspector`] has connections of its own, called `catamaran.inspector` in `CLIENT LIST`, and changes nothing. What an ACL or a
//! provider forbids is a [`LookFault::NotAllowed`] for that one question; the others are still answered.

mod backlog;
mod clients;
mod fault;
mod groups;
mod host;
mod limits;
mod members;
mod names;
mod server;
mod topics;
mod traces;

use catamaran::GroupName;
use futures_util::future::join_all;

pub use self::{
    backlog::Backlog,
    clients::ClientFacts,
    fault::LookFault,
    groups::Groups,
    host::InspectedHost,
    limits::{BufferLimit, ClientClass},
    members::CoreMember,
    server::ServerFacts,
    topics::TopicTraces,
    traces::{KeyTraces, PrefixTraces},
};
use crate::{RedisHosts, ring::host_of};

/// Looks at the hosts of a layer.
#[derive(Debug)]
pub struct Inspector {
    hosts: RedisHosts,
    prefix: String,
}

/// Where a group's subscribers are found, in the pubsub dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupTopic {
    /// The index of the host (in a Cluster: the lane).
    pub host: usize,
    /// The name of the Redis channel.
    pub name: String,
}

impl Inspector {
    /// For the layer that has these hosts and this prefix.
    pub fn new(hosts: RedisHosts, prefix: &str) -> Self {
        Self { hosts, prefix: prefix.to_owned() }
    }

    /// The first part of every key.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Where the hosts are, as they are set: no user and no password.
    pub fn places(&self) -> Vec<String> {
        self.hosts.settings().iter().map(ToString::to_string).collect()
    }

    /// Connects to every host, in their order; to all of them at once, for a host that swallows packets keeps one waiting.
    pub async fn connect(&self) -> Vec<Result<InspectedHost, LookFault>> {
        let hosts = self.hosts.settings();
        join_all((0..hosts.len()).map(|index| InspectedHost::connect(hosts, index))).await
    }

    /// Connects to one of the hosts.
    ///
    /// # Errors
    /// [`LookFault`]: it does not answer, or does not let us in.
    ///
    /// # Panics
    /// Where there is no such host.
    pub async fn connect_to(&self, host: usize) -> Result<InspectedHost, LookFault> {
        InspectedHost::connect(self.hosts.settings(), host).await
    }

    /// The index of the host that has the members of `group`, in the core dialect.
    pub fn core_host_of(&self, group: &GroupName) -> usize {
        host_of(group.as_str(), self.hosts.settings().len())
    }

    /// Where `group` is in the pubsub dialect.
    pub fn topic_of(&self, group: &GroupName) -> GroupTopic {
        let name = names::group_topic(&self.prefix, group.as_str());
        let host = host_of(&name, self.hosts.settings().len());
        match self.hosts.lane_tags() {
            Some(tags) => GroupTopic { host, name: format!("{{{}}}{name}", tags[host]) },
            None => GroupTopic { host, name },
        }
    }
}

/// Bytes that are no text stand as `\xff`: anybody may have written them.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}
