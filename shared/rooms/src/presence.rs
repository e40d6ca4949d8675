//! Announces who is online: to the room, and to the list of rooms.

use catamaran::LogThrottle;
use catamaran_presence::{Announce, Change, News};
use futures_util::{FutureExt as _, future::BoxFuture};
use store::PresenceGroup;

use crate::Rooms;

/// For the groups of [`PresenceGroup::ROOMS`]. A group that did not hear gets a `resync` as soon as the layer takes it, so that nothing needs to
/// be announced again.
impl Announce for Rooms {
    fn announce<'a>(&'a self, News { member, change, .. }: &'a News) -> BoxFuture<'a, bool> {
        static THROTTLE: LogThrottle = LogThrottle::new();
        async move {
            match (PresenceGroup::parse(&member.group), member.key.parse()) {
                (Some(PresenceGroup::Room(_)), Ok(_)) if *change == Change::Changed => {} // a room shows no payloads
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
}
