//! Notes to the service manager: systemd's `Type=notify` and `WatchdogSec=`. Without `NOTIFY_SOCKET` in the environment nothing is sent.

use std::{
    env, io,
    os::unix::net::{SocketAddr, UnixDatagram},
    process,
    time::Duration,
};

/// A wrong `WATCHDOG_USEC`, such as 0, must not make a busy loop.
const SHORTEST_PERIOD: Duration = Duration::from_millis(10);

/// Tells the service manager that this process accepts connections. Where its unit has `WatchdogSec=`, a task of the current runtime then
/// reports twice in that time that the runtime still makes progress.
///
/// Call it once the listener is bound and the backends are open, inside a Tokio runtime.
pub fn notify_ready() {
    send("READY=1");
    if let Some(limit) = watchdog_limit() {
        tokio::spawn(report_progress((limit / 2).max(SHORTEST_PERIOD)));
    }
}

/// Tells the service manager that this process has begun to stop.
pub(crate) fn notify_stopping() {
    send("STOPPING=1");
}

/// After this time without a report systemd takes this process for hung. A child inherits the variables, but is not watched.
fn watchdog_limit() -> Option<Duration> {
    let is_for_another = env::var("WATCHDOG_PID").is_ok_and(|pid| pid != process::id().to_string());
    let limit = env::var("WATCHDOG_USEC").ok()?.parse().ok()?;
    (!is_for_another).then(|| Duration::from_micros(limit))
}

async fn report_progress(period: Duration) {
    let mut ticks = tokio::time::interval(period);
    loop {
        ticks.tick().await;
        send("WATCHDOG=1");
    }
}

/// A manager out of reach does not stop the service: it decides by itself after its own time limit.
fn send(note: &str) {
    let Some(place) = env::var_os("NOTIFY_SOCKET").filter(|place| !place.is_empty()) else { return };
    let sent = address(place.as_encoded_bytes()).and_then(|to| UnixDatagram::unbound()?.send_to_addr(note.as_bytes(), &to));
    if let Err(error) = sent {
        log::warn!("the service manager at NOTIFY_SOCKET did not get {note}: {error}");
    }
}

/// A path, or `@` and a name in Linux' abstract namespace.
fn address(place: &[u8]) -> io::Result<SocketAddr> {
    use std::os::unix::ffi::OsStrExt as _;
    #[cfg(target_os = "linux")]
    if let Some(name) = place.strip_prefix(b"@") {
        use std::os::linux::net::SocketAddrExt as _;
        return SocketAddr::from_abstract_name(name);
    }
    SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_of_addresses() {
        let path = address(b"/run/systemd/notify").unwrap();
        assert_eq!(path.as_pathname(), Some(std::path::Path::new("/run/systemd/notify")));
        #[cfg(target_os = "linux")]
        assert!(address(b"@name").unwrap().as_pathname().is_none());
        assert!(address(&[b'x'; 4096]).is_err());
    }
}
