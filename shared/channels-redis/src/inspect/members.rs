//! The members of a group, in the core dialect.

use std::time::{Duration, SystemTime};

use catamaran::{ChannelName, GroupName};

use super::{InspectFault, InspectedHost, backlog::time_of, names, text_of};

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CoreMember {
    /// The full name of its channel. Bytes that are not UTF-8 are shown as `\xff`.
    pub channel: String,
    /// When it joined or renewed its membership, by its own clock.
    pub since: SystemTime,
}

impl CoreMember {
    /// Returns the part of the name that all channels of its process share, under which its messages are kept. Returns the whole name if
    /// there is no such part.
    pub fn process(&self) -> &str {
        self.channel.find('!').map_or(self.channel.as_str(), |at| &self.channel[..=at])
    }

    /// Returns the rest of the name.
    pub fn local(&self) -> &str {
        &self.channel[self.process().len()..]
    }

    /// Returns whether it is a channel name. Any client may have written other members; layers skip them.
    pub fn is_channel(&self) -> bool {
        ChannelName::parse(&self.channel).is_ok()
    }

    /// Returns whether it stands for all channels of a Catamaran process. Django has one member for each channel.
    pub fn is_ours(&self) -> bool {
        names::is_own_member(&self.channel)
    }
}

impl InspectedHost {
    /// Returns the members of `group`, the oldest first. Members that joined longer than `expiry` before `now` are left out.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn core_members(
        &self,
        prefix: &str,
        group: &GroupName,
        expiry: Duration,
        now: SystemTime,
    ) -> Result<Vec<CoreMember>, InspectFault> {
        let range = redis::cmd("ZRANGE").arg(names::group_key(prefix, group.as_str())).arg(0).arg(-1).arg("WITHSCORES").take();
        let found: Vec<(Vec<u8>, f64)> = self.ask(&range).await?;
        let member = |(channel, score): (Vec<u8>, f64)| CoreMember { channel: text_of(&channel), since: time_of(score) };
        let is_current = |member: &CoreMember| member.since + expiry > now;
        Ok(found.into_iter().map(member).filter(is_current).collect())
    }
}
