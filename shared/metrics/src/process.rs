//! The numbers of the process itself, under the names that all of Prometheus' libraries use.

use std::{fmt, fs};

use rustix::{
    param::{clock_ticks_per_second, page_size},
    process::{Resource, getrlimit},
};

use crate::Scrape;

/// Without `/proc` only the limit of descriptors is known.
pub(crate) fn write(scrape: &mut Scrape<'_>) -> fmt::Result {
    if let Some(most) = getrlimit(Resource::Nofile).current {
        scrape.gauge("process_max_fds", "The largest number of open file descriptors", most)?;
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        // The listing itself opens one.
        let open = open.count().saturating_sub(1);
        scrape.gauge("process_open_fds", "Open file descriptors", open.try_into().unwrap_or(u64::MAX))?;
    }
    match Stat::read() {
        Some(stat) => stat.write(scrape),
        None => Ok(()),
    }
}

/// A part of `/proc/self/stat` (proc(5)).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// Processor time of all threads, in ticks.
    cpu_ticks: u64,
    threads: u64,
    /// After the start of the machine, in ticks.
    started_ticks: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl Stat {
    fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name, in parentheses, and may hold spaces.
        let (_, fields) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
        // proc(5) counts from 1, and the first field here is its third one.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu_ticks: field(14)? + field(15)?,
            threads: field(20)?,
            started_ticks: field(22)?,
            virtual_bytes: field(23)?,
            resident_pages: field(24)?,
        })
    }

    fn write(&self, scrape: &mut Scrape<'_>) -> fmt::Result {
        let seconds = |ticks: u64| ticks as f64 / clock_ticks_per_second() as f64;
        let page = page_size().try_into().unwrap_or(u64::MAX);
        scrape.fraction_counter("process_cpu_seconds", "Processor time of all threads, in seconds", seconds(self.cpu_ticks))?;
        scrape.gauge("process_threads", "Threads", self.threads)?;
        scrape.gauge("process_virtual_memory_bytes", "Virtual memory", self.virtual_bytes)?;
        scrape.gauge("process_resident_memory_bytes", "Resident memory", self.resident_pages.saturating_mul(page))?;
        match boot_time() {
            Some(boot) => {
                let started = boot as f64 + seconds(self.started_ticks);
                scrape.fraction("process_start_time_seconds", "The start of the process, in seconds since 1970", started)
            }
            None => Ok(()),
        }
    }
}

/// The start of the machine, in seconds since 1970.
fn boot_time() -> Option<u64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_process_whose_name_has_spaces_and_parentheses() {
        let text = "7 (a ) b) S 1 7 7 0 -1 4194560 100 0 3 0 250 50 0 0 20 0 9 0 4242 1000000 640 18446744073709551615 1 1";
        let stat = Stat { cpu_ticks: 300, threads: 9, started_ticks: 4242, virtual_bytes: 1_000_000, resident_pages: 640 };
        assert_eq!(Stat::parse(text), Some(stat));
    }

    #[test]
    fn refuses_another_form() {
        for text in ["", "7 (a) S 1", "7 (a) S 1 7 7 0 -1 4194560 100 0 3 0 x 50 0 0 20 0 9 0 4242 1000000 640"] {
            assert_eq!(Stat::parse(text), None, "{text}");
        }
    }
}
