//! Counts the server's instructions for a delivery: a bound that does not depend on the machine's speed.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use tokio::time::timeout;

use crate::{
    peers::{Launch, Peer},
    scenario::Setup,
    server::Core,
};

const SUBSCRIBERS: usize = 100;
/// Messages of two runs. Their difference cancels the cost of starting and ending the server.
const MESSAGES: [usize; 2] = [50, 550];
/// Longer than a message takes under valgrind.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);

/// Expected instructions in user space for each delivery. The count may be a tenth above, and a fifth below (then this figure is old).
/// Counted by callgrind with the tutorial's chat over Redis, 100 sockets, one message under way: one write for each delivery.
pub const EXPECTED: [(Peer, u64); 2] = [(Peer::OursPubsub, 2160), (Peer::OursCore, 2300)];

/// Counts the instructions for a delivery. `keep` is a folder for callgrind's files.
///
/// # Errors
/// valgrind is not installed, or the server does not run under it.
pub async fn instructions(peer: Peer, keep: Option<&Path>) -> anyhow::Result<u64> {
    let mut totals = [0; 2];
    let folder = tempfile::tempdir()?;
    for (total, messages) in totals.iter_mut().zip(MESSAGES) {
        let file = keep.unwrap_or(folder.path()).join(format!("callgrind.{}.{messages}", peer.name().replace([' ', ','], "-")));
        *total = count(peer, messages, &file).await?;
    }
    let [few, many] = totals;
    let deliveries = SUBSCRIBERS * (MESSAGES[1] - MESSAGES[0]);
    Ok(many.saturating_sub(few) / deliveries as u64)
}

/// Compares a count with the expected one.
///
/// # Errors
/// The count is more than a tenth above it, or more than a fifth below.
pub fn check(peer: Peer, counted: u64, expected: u64) -> anyhow::Result<()> {
    let name = peer.name();
    if counted * 10 > expected * 11 {
        bail!(
            "{name}: {counted} instructions for a delivery, {expected} are expected, and a tenth more at most: find the change that costs more"
        );
    }
    if counted * 10 < expected * 8 {
        bail!(
            "{name}: {counted} instructions for a delivery, {expected} were expected: enter the new figure in bench/src/guard.rs"
        );
    }
    Ok(())
}

async fn count(peer: Peer, messages: usize, file: &Path) -> anyhow::Result<u64> {
    let wrapper = ["valgrind", "--quiet", "--tool=callgrind", &format!("--callgrind-out-file={}", file.display())];
    let launch = Launch { core: Core::Measured, wrapper: wrapper.map(str::to_owned).to_vec(), ..Launch::default() };
    let mut setup = Setup::start_as(&launch, peer, SUBSCRIBERS, &[("USERS", "10")]).await?;
    setup.connect(setup.plan(SUBSCRIBERS, 1)).await?;
    setup.warm_up().await?;
    for _ in 0..messages {
        let number = setup.publish(0, setup.clock.now()).await?;
        timeout(MESSAGE_TIMEOUT, setup.completed(number)).await.context("a message has not reached every subscriber")??;
    }
    setup.end().await?;
    total(file)
}

/// Reads the sum from callgrind's file.
fn total(file: &Path) -> anyhow::Result<u64> {
    let text = fs::read_to_string(file).context("callgrind has written no figures")?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:")));
    Ok(line.context("callgrind's file has no line `totals:`")?.trim().parse()?)
}
