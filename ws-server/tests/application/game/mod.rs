//! The consumer of a table: the events that each socket gets, and secrets that none gets.

mod hall;
mod leaks;
mod secrets;
mod table;
