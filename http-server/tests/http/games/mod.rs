//! `/api/v1/games` and `/api/v1/players`

pub(crate) mod kit;

mod over;
mod play;
mod seats;
mod secrecy;
mod tables;
