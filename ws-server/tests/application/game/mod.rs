//! The table's consumer: what each socket gets, and what no socket ever gets.

mod hall;
mod secrets;
mod table;
