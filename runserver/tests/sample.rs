//! `.env.sample` and the programs that read it.

use std::{cell::RefCell, collections::BTreeSet};

use application::{HTTP_SERVER, RUNSERVER, Settings, WS_SERVER};
use catamaran_boot::{Flags, settings::read_vars};
use catamaran_sockets::ServerLimits;

#[test]
fn the_sample_names_every_variable_and_no_other() {
    let asked = RefCell::new(BTreeSet::new());
    for program in [HTTP_SERVER, WS_SERVER, RUNSERVER] {
        let vars = |name: &str| {
            asked.borrow_mut().insert(name.to_owned());
            // Some variables are read only where an address is for TLS.
            (name == "REDIS_URL").then(|| "rediss://h".to_owned())
        };
        read_vars(vars, |reader| (Settings::read(reader, program, &Flags::default()), ServerLimits::read(reader))).unwrap();
    }
    let sample = include_str!("../../.env.sample");
    let named: BTreeSet<String> = sample
        .lines()
        .filter_map(|line| line.strip_prefix('#').unwrap_or(line).split_once('='))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(named, asked.into_inner());
}
