//! The signals that stop a process.

use std::io::{self, IsTerminal as _};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::service_manager;

/// Cancels `stop` at SIGTERM, SIGINT or SIGQUIT, and at SIGHUP where the process has a terminal, which then has been closed.
///
/// The process survives SIGUSR1, SIGUSR2, and without a terminal SIGHUP, SIGTTIN and SIGTTOU, and logs why nothing happens: other
/// servers reopen logs, reload or change their workers at these.
///
/// A second SIGINT ends the process at once: the user has pressed Ctrl-C twice. A second SIGTERM does nothing, since platforms
/// send it more than once (Heroku's "dyno shutdown behavior").
///
/// # Errors
/// The operating system refuses the handler.
pub fn stop_on_signals(stop: CancellationToken) -> io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        let name = signals.until_stop().await;
        log::info!("{name}: stopping; Ctrl-C again ends the process at once");
        service_manager::notify_stopping();
        stop.cancel();
        signals.until_interrupted().await;
        log::warn!("SIGINT again: ending at once");
        std::process::exit(1);
    });
    Ok(())
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

    async fn until_interrupted(&mut self) {
        while self.next().await != "SIGINT" {}
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
