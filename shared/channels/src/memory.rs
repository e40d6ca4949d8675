//! The layer for one process.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt, ready};
use uuid::Uuid;

use crate::{
    ChannelLayer, ChannelName, ChannelOptions, GeneralChannels, GroupName, Histories, History, LayerConfig, LayerError,
    LayerStats, LayerStatus, Message, Position, Receipt, Receiver, registry::Registry,
};

/// A layer within one process: for development, for tests, for a program that needs no second process.
///
/// Two processes that use it do not reach each other, and get no error. So the servers refuse it unless a setting says that they run
/// as a single process.
#[derive(Debug, Clone)]
pub struct InMemoryLayer {
    registry: Arc<Registry>,
    general: Arc<GeneralChannels>,
    histories: Arc<Histories>,
}

impl InMemoryLayer {
    /// Makes an empty layer.
    pub fn new(config: LayerConfig) -> Self {
        let prefix = format!("specific.{}!", Uuid::new_v4().simple());
        Self {
            general: Arc::new(GeneralChannels::new(config.clone())),
            histories: Arc::new(Histories::new(config.clone())),
            registry: Registry::new(config, prefix, ()),
        }
    }

    fn deliver(&self, group: &GroupName, message: &Message) -> Receipt {
        let send = |message: &Message| self.registry.deliver_to_group(group.as_str(), message);
        match self.registry.config().history_of(group) {
            None => send(message),
            Some(limits) => self.histories.append(group, limits, message, send),
        }
    }
}

impl ChannelLayer for InMemoryLayer {
    fn new_channel(&self, options: ChannelOptions) -> Receiver {
        self.registry.open(&options)
    }

    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>> {
        ready(match channel.is_general() {
            true => self.general.deliver(channel, message),
            false => self.registry.deliver_to_channel(channel.as_str(), message).map(|_| ()),
        })
        .boxed()
    }

    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>> {
        match channel.is_general() {
            true => self.general.receive(channel).map(Ok).boxed(),
            false => ready(Err(LayerError::NotGeneral(channel.clone()))).boxed(),
        }
    }

    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        ready(self.registry.join(group, channel).map(|_| self.registry.confirm(group, channel))).boxed()
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.registry.leave(group, channel);
        ready(Ok(())).boxed()
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        ready(Ok(self.deliver(group, message))).boxed()
    }

    fn history<'a>(&'a self, group: &'a GroupName, since: Option<Position>) -> BoxFuture<'a, Result<History, LayerError>> {
        let known = self.registry.config().require_history(group).map(|_| self.histories.since(group, since));
        ready(known).boxed()
    }

    fn positions<'a>(&'a self, groups: &'a [GroupName]) -> BoxFuture<'a, Result<Vec<Option<Position>>, LayerError>> {
        let newest = |group| self.registry.config().require_history(group).map(|_| self.histories.newest(group));
        ready(groups.iter().map(newest).collect()).boxed()
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        self.general.flush();
        ready(Ok(())).boxed()
    }

    fn status(&self) -> LayerStatus {
        LayerStatus::Up
    }

    fn stats(&self) -> LayerStats {
        self.registry.stats()
    }
}
