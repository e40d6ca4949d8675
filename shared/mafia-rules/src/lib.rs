#![doc = include_str!("../README.md")]

mod audience;
mod bots;
mod command;
mod decide;
mod event;
mod evolve;
mod game;
mod legal;
mod options;
mod random;
mod refusal;
mod replay;
mod role;
mod settle;
mod setup;
mod texts;
mod victory;
mod view;

pub use self::{
    audience::{Channel, Stream, may_write, readers, told},
    bots::{Heard, Move, PHRASES, Phrase, bot_move, bot_name, phrase},
    command::{Actor, Command, Words},
    decide::decide,
    event::{Cause, Event, Speaker},
    evolve::{evolve, fold},
    game::{Ballot, Finding, Game, MAX_DAYS, Millis, Night, Phase, Player, Point, Seat, SeatNo},
    legal::{Act, Can, can},
    options::{Options, Pace},
    random::Random,
    refusal::Refusal,
    replay::{Step, replay},
    role::{Role, Side},
    settle::{Verdict, accused, verdict, victim},
    setup::{Counts, MAX_PLAYERS, MIN_PLAYERS, Setup},
    texts::Lang,
    victory::{Winner, winner},
    view::{MyView, PublicView, SeatView, TeamMate, VoteView, my_view, public_view},
};
