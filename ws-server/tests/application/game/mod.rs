//! The table's consumer: what each socket gets, and what no socket ever gets.

mod hall;
mod leaks;
mod secrets;
mod table;
