//! The signals that stop a process.

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::service_manager;

/// Cancels `stop` at SIGTERM, SIGINT or SIGQUIT, and at SIGHUP where the process has a terminal, which then has been closed.
///
/// The process survives SIGUSR1, SIGUSR2, and without a terminal SIGHUP, SIGTTIN and SIGTTOU, and logs why nothing happens: other
/// servers reopen logs, reload or change their workers at these.
///
/// A second SIGINT ends the process at once: the user has pressed Ctrl-C twice. So does any SIGTERM, SIGINT or SIGQUIT that comes 2 s or more
/// after the first of them. Within 2 s several signals mean one stop: platforms and process managers send it to the process and to its
/// group, and repeat it (Heroku's "dyno shutdown behavior").
///
/// # Errors
/// The operating system refuses the handler.
pub fn stop_on_signals(stop: CancellationToken) -> io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        let first = signals.until_stop().await;
        log::info!(
            "{first}: stopping; Ctrl-C again, or SIGTERM again in {} s or later, ends the process at once",
            ONE_STOP.as_secs()
        );
        service_manager::notify_stopping();
        stop.cancel();
        let second = signals.until_impatient(first, Instant::now()).await;
        log::warn!("{second} after {first}: ending at once");
        std::process::exit(1);
    });
    Ok(())
}

/// Signals within this time after the first one mean the same stop.
const ONE_STOP: Duration = Duration::from_secs(2);

/// Whether the signal `next` ends the process at once, `after` the signal `first` has begun to stop it.
fn ends_at_once(first: &str, next: &str, after: Duration) -> bool {
    match next {
        "SIGINT" if first == "SIGINT" => true,
        "SIGTERM" | "SIGINT" | "SIGQUIT" => after >= ONE_STOP,
        _ => false,
    }
}

/// The same numbers on Linux, macOS and the BSDs.
const SIGTTIN: i32 = 21;
const SIGTTOU: i32 = 22;

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    hangup: Signal,
    user: [Signal; 2],
    /// None under a terminal: there these two stop a job that reads or writes in the background.
    workers: Option<[Signal; 2]>,
    has_terminal: bool,
}

impl Signals {
    fn new() -> io::Result<Self> {
        // `nohup` redirects all three.
        let has_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
        let workers = match has_terminal {
            true => None,
            false => Some([signal(SignalKind::from_raw(SIGTTIN))?, signal(SignalKind::from_raw(SIGTTOU))?]),
        };
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hangup: signal(SignalKind::hangup())?,
            user: [signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?],
            workers,
            has_terminal,
        })
    }

    /// The name of the signal that stops the process.
    async fn until_stop(&mut self) -> &'static str {
        loop {
            match self.next().await {
                "SIGHUP" if !self.has_terminal => {
                    log::warn!("SIGHUP is ignored: settings are read only at the start. SIGTERM stops the process gracefully");
                }
                name @ ("SIGUSR1" | "SIGUSR2") => {
                    log::warn!("{name} is ignored: the log goes to standard error and no file has to be opened again");
                }
                name @ ("SIGTTIN" | "SIGTTOU") => {
                    log::warn!("{name} is ignored: the number of worker threads is set at the start (--workers)");
                }
                name => return name,
            }
        }
    }

    /// The name of the signal that ends the process at once.
    async fn until_impatient(&mut self, first: &str, since: Instant) -> &'static str {
        loop {
            let next = self.next().await;
            if ends_at_once(first, next, since.elapsed()) {
                return next;
            }
        }
    }

    async fn next(&mut self) -> &'static str {
        let [first, second] = &mut self.user;
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.quit.recv() => "SIGQUIT",
            _ = self.hangup.recv() => "SIGHUP",
            _ = first.recv() => "SIGUSR1",
            _ = second.recv() => "SIGUSR2",
            name = next_of(&mut self.workers) => name,
        }
    }
}

async fn next_of(workers: &mut Option<[Signal; 2]>) -> &'static str {
    let Some([more, fewer]) = workers else { return std::future::pending().await };
    tokio::select! {
        _ = more.recv() => "SIGTTIN",
        _ = fewer.recv() => "SIGTTOU",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stop_may_be_several_signals_and_a_later_one_ends_at_once() {
        let soon = Duration::from_millis(100);
        for (first, next, after, is_end) in [
            ("SIGTERM", "SIGTERM", soon, false),
            ("SIGTERM", "SIGTERM", ONE_STOP, true),
            ("SIGTERM", "SIGINT", soon, false),
            ("SIGTERM", "SIGINT", ONE_STOP, true),
            ("SIGINT", "SIGTERM", soon, false),
            ("SIGINT", "SIGINT", soon, true),
            ("SIGHUP", "SIGTERM", ONE_STOP, true),
            ("SIGTERM", "SIGHUP", ONE_STOP, false),
            ("SIGTERM", "SIGUSR1", ONE_STOP, false),
        ] {
            assert_eq!(ends_at_once(first, next, after), is_end, "{next} {after:?} after {first}");
        }
    }
}
