//! Sockets that come, stay, and go.

use std::time::Duration;

use super::Stage;

/// How often they come and go before what is left of them is looked at.
const WAVES: usize = 3;
/// What is freed is freed a moment after the last has gone.
const SETTLE: Duration = Duration::from_secs(1);

/// What sockets cost that do nothing.
#[derive(Clone, Copy, Debug)]
pub struct IdleFigures {
    /// KiB of the server for each socket that is open (PSS).
    pub kib: f64,
    /// Handshakes a second.
    pub handshakes: f64,
    /// CPU of the server for each handshake, in microseconds.
    pub handshake_cpu: f64,
    /// KiB that the server has more than before the first came, for each socket of a wave, after the third wave has gone.
    pub kept: f64,
}

/// Lets `count` sockets come and go, three times.
///
/// # Errors
/// One could not connect.
pub async fn idle(stage: &mut Stage, count: usize) -> anyhow::Result<IdleFigures> {
    let sockets = count as f64;
    let at_rest = stage.server.tree().memory_kib()? as f64;
    let used = stage.server.tree().cpu()?;
    stage.connect(stage.plan(count, 1)).await?;
    let handshake_cpu = (stage.server.tree().cpu()? - used).as_secs_f64() * 1e6 / sockets;
    let handshakes = stage.handshakes.as_ref().map_or(f64::NAN, |all| all.count as f64 / all.seconds);
    tokio::time::sleep(SETTLE).await;
    let kib = (stage.server.tree().memory_kib()? as f64 - at_rest) / sockets;
    for _ in 1..WAVES {
        stage.swarm.disconnect().await?;
        tokio::time::sleep(SETTLE).await;
        stage.connect(stage.plan(count, 1)).await?;
    }
    stage.swarm.disconnect().await?;
    tokio::time::sleep(SETTLE).await;
    let kept = (stage.server.tree().memory_kib()? as f64 - at_rest) / sockets;
    Ok(IdleFigures { kib, handshakes, handshake_cpu, kept })
}
