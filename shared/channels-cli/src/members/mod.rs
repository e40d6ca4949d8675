//! `members`.

mod core;
mod pubsub;

use std::{io::Write, time::SystemTime};

use catamaran::GroupName;

use crate::{Layer, Target};

/// Writes the members of `group`, as far as Redis knows.
pub(crate) async fn show(target: &Target, group: &GroupName, now: SystemTime, out: &mut dyn Write) -> anyhow::Result<()> {
    let inspector = target.inspector()?;
    match target.layer {
        Layer::Core => core::show(&inspector, group, target.settings.group_expiry, now, out).await,
        Layer::PubSub => pubsub::show(&inspector, group, false, out).await,
        Layer::Cluster => pubsub::show(&inspector, group, true, out).await,
    }
}
