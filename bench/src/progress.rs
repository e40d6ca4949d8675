//! How far a run is, on stderr: one updating line on a terminal, plain lines elsewhere.

use std::{
    io::{IsTerminal as _, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The clock of the updating line: rare enough to leave the generator's core alone.
const TICK: Duration = Duration::from_secs(1);

/// A measurement that is planned.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its table and row.
    pub name: String,
    /// A guess of how long it takes; the run corrects the guesses as it goes on.
    pub guess: Duration,
}

/// Follows a run through its plan.
#[derive(Debug)]
pub struct Progress {
    plan: Vec<Planned>,
    done: usize,
    began: Instant,
    /// The updating line; `None` if stderr is no terminal.
    line: Option<ProgressBar>,
}

impl Progress {
    /// A run that begins now.
    pub fn start(plan: Vec<Planned>) -> Self {
        let line = stderr().is_terminal().then(|| updating_line(plan.len()));
        Self { plan, done: 0, began: Instant::now(), line }
    }

    /// The next measurement of the plan begins.
    pub fn begin(&self) {
        let name = self.plan.get(self.done).map_or("", |planned| &planned.name);
        let run = time_line(self.began.elapsed(), time_left(&self.plan, self.done, self.began.elapsed()));
        if let Some(line) = &self.line {
            line.reset_elapsed();
            line.set_position(self.done as u64 + 1);
            line.set_prefix(run);
            line.set_message(name.to_owned());
        } else {
            self.say(&format!("[{}/{}] {name} ({run})", self.done + 1, self.plan.len()));
        }
    }

    /// A measurement has ended; `results` are printed above the updating line.
    pub fn end(&mut self, results: &[String]) {
        self.done += 1;
        for result in results {
            self.say(result);
        }
    }

    #[expect(clippy::print_stderr, reason = "progress goes to stderr, tables to stdout")]
    fn say(&self, text: &str) {
        match &self.line {
            Some(line) => line.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }
}

impl Drop for Progress {
    /// Leaves the terminal's line to what is printed next: the tables, or an error.
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }
}

fn updating_line(count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("[{pos}/{len}] {msg}: {elapsed} ({prefix})").expect("the template is sound");
    let line = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr()).with_style(style);
    line.enable_steady_tick(TICK);
    line
}

/// The guesses of what is left, multiplied by how much longer than guessed everything took so far.
fn time_left(plan: &[Planned], done: usize, took: Duration) -> Duration {
    let (before, after) = plan.split_at(done.min(plan.len()));
    let sum = |planned: &[Planned]| planned.iter().map(|planned| planned.guess).sum::<Duration>().as_secs_f64();
    let factor = if before.is_empty() { 1.0 } else { took.as_secs_f64() / sum(before).max(1.0) };
    Duration::from_secs_f64(sum(after) * factor)
}

fn time_line(gone: Duration, left: Duration) -> String {
    format!("run: {} so far, about {} left", rough(gone), rough(left))
}

/// `40 s`, `12 min`, `1 h 5 min`.
fn rough(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds @ 60..=3599 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(guesses: &[u64]) -> Vec<Planned> {
        guesses.iter().map(|&guess| Planned { name: String::new(), guess: Duration::from_secs(guess) }).collect()
    }

    #[test]
    fn guesses_what_is_left_by_what_was_done() {
        let plan = plan(&[10, 10, 20, 20]);
        let left = |done, took| time_left(&plan, done, Duration::from_secs(took)).as_secs();
        assert_eq!(left(0, 0), 60, "nothing is known yet");
        assert_eq!(left(2, 20), 40, "as guessed");
        assert_eq!(left(2, 40), 80, "everything takes twice as long");
        assert_eq!(left(4, 99), 0);
    }

    #[test]
    fn rounds_a_time_for_readers() {
        let text = [59, 60, 89, 3599, 3600, 3900].map(|seconds| rough(Duration::from_secs(seconds)));
        assert_eq!(text, ["59 s", "1 min", "1 min", "60 min", "1 h 0 min", "1 h 5 min"]);
    }
}
