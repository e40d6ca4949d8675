//! What somebody may see of a game as it is.

mod mine;
mod public;

pub use self::{
    mine::{MyView, TeamMate, my_view},
    public::{PublicView, SeatView, VoteView, public_view},
};
