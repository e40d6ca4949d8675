//! `.env.sample` and the programs that read it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::{cell::RefCell, collections::BTreeSet, process::Command};

use application::{HTTP_SERVER, RUNSERVER, Settings, WS_SERVER};
use catamaran_boot::{Flags, Program, settings::read_vars};
use catamaran_sockets::ServerLimits;

const SAMPLE: &str = include_str!("../../.env.sample");

/// The settings of a program, as text.
fn settings(program: Program, vars: impl Fn(&str) -> Option<String>) -> String {
    let read = read_vars(vars, |reader| (Settings::read(reader, program, &Flags::default()), ServerLimits::read(reader)));
    format!("{:#?}", read.unwrap())
}

/// The lines `NAME=VALUE` of the sample.
fn variables(sample: &str) -> impl Iterator<Item = &str> {
    sample.lines().filter_map(|line| line.strip_prefix('#').filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase())))
}

#[test]
fn the_sample_has_the_defaults_of_the_programs() {
    // Comments announce values that are no defaults.
    let blocks = SAMPLE.split("\n# ").scan(false, |is_example, block| {
        *is_example |= block.contains("n example");
        let shown = *is_example;
        *is_example &= !block.contains("\n#");
        Some((shown, block))
    });
    let defaults: Vec<_> = blocks
        .filter(|(is_example, _)| !is_example)
        .flat_map(|(_, block)| variables(block))
        .filter_map(|it| it.split_once('='))
        .collect();
    assert!(defaults.len() > 50, "{defaults:?}");
    for program in [HTTP_SERVER, WS_SERVER] {
        let set = |name: &str| defaults.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(settings(program, set), settings(program, |_| None));
    }
}

#[test]
fn the_help_of_a_program_names_its_variables_with_their_defaults() {
    let of_sockets = |line: &str| line.starts_with("WS_") && !line.starts_with("WS_URL=");
    let of_pages = |line: &str| ["HTTP_", "WEB_MAX_", "WS_URL="].iter().any(|prefix| line.starts_with(prefix));
    for (program, named) in [
        (HTTP_SERVER, variables(SAMPLE).filter(|line| !of_sockets(line)).collect::<Vec<_>>()),
        (WS_SERVER, variables(SAMPLE).filter(|line| !of_pages(line)).collect()),
        (RUNSERVER, variables(SAMPLE).filter(|line| !line.starts_with("WS_PORT=")).collect()),
    ] {
        let output = Command::new(testbed::Program::path(program.name)).arg("--help").output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        let found = help
            .lines()
            .filter_map(|line| line.strip_prefix("      "))
            .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
        assert_eq!(found.collect::<Vec<_>>(), named, "{}", program.name);
        assert!(output.status.success() && !help.contains(".env.sample"), "{help}");
    }
}

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
    let named: BTreeSet<String> = SAMPLE
        .lines()
        .filter_map(|line| line.strip_prefix('#').unwrap_or(line).split_once('='))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(named, asked.into_inner());
}
