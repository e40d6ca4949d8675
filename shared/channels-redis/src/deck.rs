//! What both dialects do with their links.

use std::{sync::Arc, time::Duration};

use catamaran::{ChannelName, GroupName, Join, LayerError, LayerStatus, Registry};

use crate::{link::Link, subscriptions::Subscriptions};

/// How long joining or leaving waits for Redis where it is away: longer than a restart takes, shorter than a person waits.
const JOIN_PATIENCE: Duration = Duration::from_secs(3);

/// What the names of a process's own channels begin with: `stem`, which ends in `!` and holds the prefix that was set.
///
/// # Panics
/// Where the prefix cannot be part of a name.
pub(crate) fn own_stem(stem: &str) -> String {
    let sound = ChannelName::parse(stem);
    assert!(sound.is_ok(), "the prefix may have ASCII letters, digits, '-', '_' and '.': {stem:?} is no name");
    stem.to_owned()
}

/// Waits until Redis has been told, or says that it was not. What the caller has done by then is for it to undo. `joined`: the topic
/// whose refusal is an error; without one, none is.
pub(crate) fn until_told(
    subscriptions: &Subscriptions,
    link: Arc<Link>,
    joined: Option<&str>,
) -> impl Future<Output = Result<(), LayerError>> + Send + use<> {
    let told = subscriptions.told(joined);
    async move {
        match tokio::time::timeout(JOIN_PATIENCE, told).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(refusal))) => {
                link.suspect_words(&refusal);
                Err(LayerError::Unavailable(refusal))
            }
            _ => Err(LayerError::Unavailable(match link.status() {
                LayerStatus::Down(why) => why,
                LayerStatus::Up => format!("Redis did not confirm a subscription within {JOIN_PATIENCE:?}"),
            })),
        }
    }
}

/// The outcome of `told` for a membership: confirmed, or undone.
pub(crate) async fn joined(
    registry: Arc<Registry>,
    group: GroupName,
    channel: ChannelName,
    join: Join,
    told: impl Future<Output = Result<(), LayerError>> + Send,
) -> Result<(), LayerError> {
    let outcome = told.await;
    match outcome {
        Ok(()) => registry.confirm(&group, &channel),
        Err(_) => registry.undo(&group, &channel, join),
    }
    outcome
}

/// Up where all of them are.
pub(crate) fn status_of<'a>(links: impl Iterator<Item = &'a Arc<Link>>) -> LayerStatus {
    links.map(|link| link.status()).find(|status| !status.is_up()).unwrap_or(LayerStatus::Up)
}
