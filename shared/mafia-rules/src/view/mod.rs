//! The parts of a game that may be shown.

mod mine;
mod public;

pub use self::{
    mine::{MyView, TeamMate, my_view},
    public::{PublicView, SeatView, VoteView, public_view},
};
