//! Functions that both dialects share.

use std::{sync::Arc, time::Duration};

use catamaran::{ChannelName, GroupName, Join, LayerError, LayerStatus, Registry};

use crate::{link::Link, subscriptions::Subscriptions};

/// How long joining or leaving waits while Redis is unavailable: longer than a restart takes, but short for a user.
const JOIN_PATIENCE: Duration = Duration::from_secs(3);

/// Checks that the names of a process's own channels may begin with `prefix`.
///
/// # Panics
/// If the prefix cannot be part of a name.
pub(crate) fn valid_prefix(prefix: &str) -> String {
    let parsed = ChannelName::parse(prefix);
    assert!(parsed.is_ok(), "the prefix may have ASCII letters, digits, '-', '_' and '.': {prefix:?} is no name");
    prefix.to_owned()
}

/// Waits until Redis has handled all changes so far. The caller must undo its change after an error. A refusal is an error only if it
/// concerns the topic `joined`.
pub(crate) fn until_synced(
    subscriptions: &Subscriptions,
    link: Arc<Link>,
    joined: Option<&str>,
) -> impl Future<Output = Result<(), LayerError>> + Send + use<> {
    let synced = subscriptions.synced(joined);
    async move {
        match tokio::time::timeout(JOIN_PATIENCE, synced).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(refusal))) => {
                link.report_refusal(&refusal);
                Err(LayerError::Unavailable(refusal))
            }
            _ => Err(LayerError::Unavailable(match link.status() {
                LayerStatus::Down(why) => why,
                LayerStatus::Up => format!("Redis did not confirm a subscription within {JOIN_PATIENCE:?}"),
            })),
        }
    }
}

/// Waits for `synced`, then confirms the membership or undoes it.
pub(crate) async fn joined(
    registry: Arc<Registry>,
    group: GroupName,
    channel: ChannelName,
    join: Join,
    synced: impl Future<Output = Result<(), LayerError>> + Send,
) -> Result<(), LayerError> {
    let outcome = synced.await;
    match outcome {
        Ok(()) => registry.confirm(&group, &channel),
        Err(_) => registry.undo(&group, &channel, join),
    }
    outcome
}

/// Returns the first status that is not up, or `Up`.
pub(crate) fn status_of<'a>(links: impl Iterator<Item = &'a Arc<Link>>) -> LayerStatus {
    links.map(|link| link.status()).find(|status| !status.is_up()).unwrap_or(LayerStatus::Up)
}
