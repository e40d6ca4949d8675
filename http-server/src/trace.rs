//! The id of the request that a task answers. Events that the request causes carry it to the other processes, for their logs.

use std::{rc::Rc, sync::Arc};

use catamaran::{
    ChannelLayer, ChannelName, ChannelOptions, GroupName, History, LayerError, LayerStats, LayerStatus, Message, Position,
    Receipt, Receiver,
};
use futures_util::future::BoxFuture;

use crate::request::RequestInfo;

tokio::task_local! {
    static REQUEST: Rc<RequestInfo>;
}

/// Runs the work of one request. Events that it sends get the request's id.
pub(crate) async fn within_request<T>(info: &Rc<RequestInfo>, work: impl Future<Output = T>) -> T {
    REQUEST.scope(Rc::clone(info), work).await
}

/// A layer that adds the id of the current request to each message for a group. Work of no request is sent as it is.
pub(crate) struct TracedLayer(pub(crate) Arc<dyn ChannelLayer>);

impl ChannelLayer for TracedLayer {
    fn new_channel(&self, options: ChannelOptions) -> Receiver {
        self.0.new_channel(options)
    }

    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>> {
        self.0.send(channel, message)
    }

    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>> {
        self.0.receive(channel)
    }

    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.0.group_add(group, channel)
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.0.group_discard(group, channel)
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        // Here, not in the future: another task may run that.
        let traced = REQUEST.try_with(|request| message.clone().with_request_id(&request.id));
        match traced {
            Ok(traced) => Box::pin(async move { self.0.group_send(group, &traced).await }),
            Err(_) => self.0.group_send(group, message),
        }
    }

    fn history<'a>(&'a self, group: &'a GroupName, since: Option<Position>) -> BoxFuture<'a, Result<History, LayerError>> {
        self.0.history(group, since)
    }

    fn positions<'a>(&'a self, groups: &'a [GroupName]) -> BoxFuture<'a, Result<Vec<Option<Position>>, LayerError>> {
        self.0.positions(groups)
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.0.flush()
    }

    fn status(&self) -> LayerStatus {
        self.0.status()
    }

    fn stats(&self) -> LayerStats {
        self.0.stats()
    }
}
