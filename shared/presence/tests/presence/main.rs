//! Enters, leaves, killed processes and outages, with a clock that the tests set.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod coming_and_going;
mod deaths;
mod faulty;
mod keeper;
mod kit;
mod outages;
