//! Who is in a group, in the core dialect.

use std::time::{Duration, SystemTime};

use catamaran::{ChannelName, GroupName};

use super::{InspectedHost, LookFault, backlog::time_of, names, text_of};

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CoreMember {
    /// Its channel's full name. Bytes that are no text stand as `\xff`.
    pub channel: String,
    /// When it joined, or renewed its membership, by its own clock.
    pub since: SystemTime,
}

impl CoreMember {
    /// The part of the name that all channels of its process share, and under which its messages lie; the whole name where there is no
    /// such part.
    pub fn process(&self) -> &str {
        self.channel.find('!').map_or(self.channel.as_str(), |at| &self.channel[..=at])
    }

    /// The rest of the name.
    pub fn local(&self) -> &str {
        &self.channel[self.process().len()..]
    }

    /// Can something be sent to it? Anybody may have written anything among the members; layers pass such names over.
    pub fn is_channel(&self) -> bool {
        ChannelName::parse(&self.channel).is_ok()
    }

    /// Is this one for all channels of a process of this project? Others are Django's, one for each channel.
    pub fn is_ours(&self) -> bool {
        names::is_own_member(&self.channel)
    }
}

impl InspectedHost {
    /// The members of `group`, those that joined first in front; those that joined longer than `expiry` before `now` are none any more.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn core_members(
        &self,
        prefix: &str,
        group: &GroupName,
        expiry: Duration,
        now: SystemTime,
    ) -> Result<Vec<CoreMember>, LookFault> {
        let range = redis::cmd("ZRANGE").arg(names::group_key(prefix, group.as_str())).arg(0).arg(-1).arg("WITHSCORES").take();
        let found: Vec<(Vec<u8>, f64)> = self.ask(&range).await?;
        let member = |(channel, score): (Vec<u8>, f64)| CoreMember { channel: text_of(&channel), since: time_of(score) };
        let is_current = |member: &CoreMember| member.since + expiry > now;
        Ok(found.into_iter().map(member).filter(is_current).collect())
    }
}
