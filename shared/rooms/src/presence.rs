//! Announces presence to the room and to the list of rooms.

use catamaran::LogThrottle;
use catamaran_presence::{Announce, Change, News};
use futures_util::{FutureExt as _, future::BoxFuture};
use store::PresenceGroup;

use crate::Rooms;

/// Announces for the groups of [`PresenceGroup::ROOMS`]. A group that missed an announcement gets a `resync` as soon as the layer accepts
/// it, so nothing is announced again.
impl Announce for Rooms {
    fn announce<'a>(&'a self, News { member, change, .. }: &'a News) -> BoxFuture<'a, bool> {
        static THROTTLE: LogThrottle = LogThrottle::new();
        async move {
            match (PresenceGroup::parse(&member.group), member.key.parse()) {
                (Some(PresenceGroup::Room(_)), Ok(_)) if *change == Change::Changed => {} // rooms show no payloads
                (Some(PresenceGroup::Room(room)), Ok(user)) => self.presence_changed(room, user, *change == Change::Joined).await,
                _ => {
                    if let Some(more) = THROTTLE.pass() {
                        log::error!("{} in {} is no user in a room{more}", member.key, member.group);
                    }
                }
            }
            true
        }
        .boxed()
    }

    /// The query for the list of rooms finds users who are online again.
    fn is_compared(&self, _: &News) -> bool {
        false
    }
}
