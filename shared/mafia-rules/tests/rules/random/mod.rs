//! Games of chance: everybody does whatever they may, and now and then what they may not.

mod agreement;
mod game;
mod moves;
mod nonsense;
mod properties;

pub(crate) use self::{
    game::Play,
    moves::{offered, some_move},
};
