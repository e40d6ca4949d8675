//! Announces to groups which members joined, changed and left.

use std::sync::Arc;

use catamaran::{ChannelLayer, GroupName, LogThrottle, Message};
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::Value;

use crate::{Answer, LeaseStore, Member, PresenceError, PresenceEvent};

/// How often a member is announced again if other processes change it at the same time.
const ATTEMPTS: usize = 4;

/// A change of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// Exhaustive: an announcer must announce each change.
pub enum Change {
    /// It came online.
    Joined,
    /// It went offline.
    Left,
    /// It is online with another payload.
    Changed,
}

/// A change of a member, to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct News {
    /// The member.
    pub member: Member,
    /// The change of the member.
    pub change: Change,
    /// The member's payload: JSON. The last one where it left; `null` where no process knows it any more.
    pub payload: Arc<str>,
}

impl News {
    /// Returns the news that `change` happened to `member`, whose payload is JSON.
    pub fn new(member: Member, change: Change, payload: impl Into<Arc<str>>) -> Self {
        Self { member, change, payload: payload.into() }
    }
}

/// Announces changes. [`GroupAnnouncer`] is the usual one; an application that has its own events for them has its own announcer.
pub trait Announce: Send + Sync + 'static {
    /// Announces to the group. `false`: it failed, and the caller tries again later.
    fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool>;

    /// Called before a member goes offline. The store still counts it, unless its process was reaped. After an error the leave is tried
    /// again later.
    fn leaving<'a>(&'a self, member: &'a Member) -> Answer<'a, ()> {
        let _ = member;
        async { Ok(()) }.boxed()
    }

    /// Whether the store is read again after this announcement, since another process may have announced a change of the member at the same
    /// time. An announcer that finds such differences in another way, or that cannot have them, spares the query.
    fn is_compared(&self, news: &News) -> bool {
        let _ = news;
        true
    }
}

/// Sends a [`PresenceEvent`] to the group itself.
#[derive(Clone)]
pub struct GroupAnnouncer(Arc<dyn ChannelLayer>);

impl GroupAnnouncer {
    /// Announces over this layer.
    pub fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self(layer)
    }

    async fn send(&self, News { member, change, payload }: &News) -> Result<(), String> {
        let group = GroupName::parse(&member.group).map_err(|fault| fault.to_string())?;
        let (key, payload) = (member.key.to_string(), serde_json::from_str::<Value>(payload).map_err(|fault| fault.to_string())?);
        let event = match change {
            Change::Joined => PresenceEvent::Joined { key, payload },
            Change::Left => PresenceEvent::Left { key, payload },
            Change::Changed => PresenceEvent::Changed { key, payload },
        };
        let message = Message::new(&event).map_err(|fault| fault.to_string())?;
        self.0.group_send(&group, &message).await.map(drop).map_err(|fault| fault.to_string())
    }
}

impl Announce for GroupAnnouncer {
    fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool> {
        static THROTTLE: LogThrottle = LogThrottle::new();
        async move {
            let sent = self.send(news).await;
            if let Err(fault) = &sent
                && let Some(more) = THROTTLE.pass()
            {
                log::warn!("presence in group {} is announced later: {fault}{more}", news.member.group);
            }
            sent.is_ok()
        }
        .boxed()
    }
}

/// Announces `news`, and what has become of it, until the last announcement matches the store: another process may change the same member at
/// the same time, and its announcement may overtake this one. `false`: the caller must announce again later.
///
/// # Errors
/// [`PresenceError::Unavailable`]: the caller must announce again later.
pub async fn settle(store: &dyn LeaseStore, announcer: &dyn Announce, news: News) -> Result<bool, PresenceError> {
    let mut next = news;
    for _ in 0..ATTEMPTS {
        if !announcer.announce(&next).await {
            return Ok(false);
        }
        if !announcer.is_compared(&next) {
            return Ok(true);
        }
        let now = store.find(&next.member).await?;
        match next.followed_by(now) {
            Some(news) => next = news,
            None => return Ok(true),
        }
    }
    Ok(false)
}

impl News {
    /// Returns the news that must follow this one if the store says `now`. `None` if this one is still true.
    fn followed_by(&self, now: Option<Arc<str>>) -> Option<Self> {
        let (change, payload) = match (self.change, now) {
            (Change::Left, None) => return None,
            (Change::Left, Some(payload)) => (Change::Joined, payload),
            (_, None) => (Change::Left, Arc::clone(&self.payload)),
            (_, Some(payload)) if payload == self.payload => return None,
            (_, Some(payload)) => (Change::Changed, payload),
        };
        Some(Self { member: self.member.clone(), change, payload })
    }

    /// The present state of a member, for a group that may not have it.
    pub(crate) fn of_now(member: Member, now: Option<Arc<str>>, last: Arc<str>) -> Self {
        match now {
            Some(payload) => Self { member, change: Change::Joined, payload },
            None => Self { member, change: Change::Left, payload: last },
        }
    }
}
