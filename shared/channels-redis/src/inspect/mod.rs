//! Inspects the use of a Redis, for people and tools that look for a fault. No layer needs this.
//!
//! An [`Inspector`] uses its own connections, called `catamaran.inspector` in `CLIENT LIST`, and changes nothing. A query that an ACL or a
//! provider forbids returns [`InspectFault::NotAllowed`]. Other queries still work.

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
    fault::InspectFault,
    groups::Groups,
    host::InspectedHost,
    limits::{BufferLimit, ClientClass},
    members::CoreMember,
    server::ServerFacts,
    topics::TopicTraces,
    traces::{KeyTraces, PrefixTraces},
};
use crate::{RedisHosts, ring::host_of};

/// Inspects the hosts of a layer.
#[derive(Debug)]
pub struct Inspector {
    hosts: RedisHosts,
    prefix: String,
}

/// The topic of a group in the pubsub dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupTopic {
    /// The index of the host (in a Cluster, of the partition).
    pub host: usize,
    /// The name of the Redis channel.
    pub name: String,
}

impl Inspector {
    /// Makes an inspector for the layer with these hosts and this prefix.
    pub fn new(hosts: RedisHosts, prefix: &str) -> Self {
        Self { hosts, prefix: prefix.to_owned() }
    }

    /// The prefix of every key.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the configured places of the hosts, without user and password.
    pub fn places(&self) -> Vec<String> {
        self.hosts.settings().iter().map(ToString::to_string).collect()
    }

    /// Connects to all hosts at once, and returns the results in their order. A host that does not answer does not delay the others.
    pub async fn connect(&self) -> Vec<Result<InspectedHost, InspectFault>> {
        let hosts = self.hosts.settings();
        join_all((0..hosts.len()).map(|index| InspectedHost::connect(hosts, index))).await
    }

    /// Connects to one of the hosts.
    ///
    /// # Errors
    /// [`InspectFault`] if it does not answer or refuses the login.
    ///
    /// # Panics
    /// If there is no such host.
    pub async fn connect_to(&self, host: usize) -> Result<InspectedHost, InspectFault> {
        InspectedHost::connect(self.hosts.settings(), host).await
    }

    /// Returns the index of the host that holds the members of `group`, in the core dialect.
    pub fn core_host_of(&self, group: &GroupName) -> usize {
        host_of(group.as_str(), self.hosts.settings().len())
    }

    /// Returns the topic of `group` in the pubsub dialect.
    pub fn topic_of(&self, group: &GroupName) -> GroupTopic {
        let name = names::group_topic(&self.prefix, group.as_str());
        let host = host_of(&name, self.hosts.settings().len());
        match self.hosts.partition_tags() {
            Some(tags) => GroupTopic { host, name: format!("{{{}}}{name}", tags[host]) },
            None => GroupTopic { host, name },
        }
    }
}

/// Shows bytes that are not UTF-8 as `\xff`: any client may have written them.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}
