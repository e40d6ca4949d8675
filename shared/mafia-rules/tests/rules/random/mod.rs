//! Random games: players do what they may, and sometimes what they may not.

mod agreement;
mod game;
mod invalid_input;
mod moves;
mod properties;

pub(crate) use self::{
    game::Play,
    moves::{offered, random_move},
};
