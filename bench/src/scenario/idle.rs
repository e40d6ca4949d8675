//! Sockets that connect, stay idle, and leave.

use std::time::Duration;

use super::Setup;

/// How often the sockets connect and leave before the memory that remains is read.
const WAVES: usize = 3;
/// The server frees memory a moment after the last socket has left.
const SETTLE: Duration = Duration::from_secs(1);

/// The costs of idle sockets.
#[derive(Clone, Copy, Debug)]
pub struct IdleFigures {
    /// KiB of the server (PSS) for each open socket.
    pub kib: f64,
    /// Title of the column of handshakes.
    pub handshakes: f64,
    /// CPU of the server for each handshake, in microseconds.
    pub handshake_cpu: f64,
    /// KiB for each socket of a wave that the server still has above its start, after the third wave has left.
    pub kept: f64,
}

/// Connects and disconnects `count` sockets three times.
///
/// # Errors
/// A socket could not connect.
pub async fn idle(setup: &mut Setup, count: usize) -> anyhow::Result<IdleFigures> {
    let sockets = count as f64;
    let at_rest = setup.server.tree().memory_kib()? as f64;
    let used = setup.server.tree().cpu()?;
    setup.connect(setup.plan(count, 1)).await?;
    let handshake_cpu = (setup.server.tree().cpu()? - used).as_secs_f64() * 1e6 / sockets;
    let handshakes = setup.handshakes.as_ref().map_or(f64::NAN, |all| all.count as f64 / all.seconds);
    tokio::time::sleep(SETTLE).await;
    let kib = (setup.server.tree().memory_kib()? as f64 - at_rest) / sockets;
    for _ in 1..WAVES {
        setup.subscribers.disconnect().await?;
        tokio::time::sleep(SETTLE).await;
        setup.connect(setup.plan(count, 1)).await?;
    }
    setup.subscribers.disconnect().await?;
    tokio::time::sleep(SETTLE).await;
    let kept = (setup.server.tree().memory_kib()? as f64 - at_rest) / sockets;
    Ok(IdleFigures { kib, handshakes, handshake_cpu, kept })
}
