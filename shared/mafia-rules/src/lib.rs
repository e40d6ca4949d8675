#![doc = include_str!("../README.md")]

mod audience;
mod bots;
mod command;
mod decide;
mod event;
mod evolve;
mod game;
mod legal;
mod named;
mod night_action;
mod options;
mod random;
mod refusal;
mod replay;
mod role;
mod settle;
mod setup;
mod victory;
mod view;

pub use self::{
    audience::{Channel, Stream, disclose, may_write, readers, secret_types},
    bots::{Move, PHRASES, Phrase, PublicRecord, bot_move},
    command::{Actor, Command, Words},
    decide::decide,
    event::{Cause, Done, Event, Speaker},
    evolve::{evolve, fold},
    game::{Ballot, Finding, Game, MAX_DAYS, Millis, Night, Phase, Player, Point, Seat, SeatNo},
    legal::{Act, Can, can},
    named::Named,
    night_action::NightAction,
    options::{Options, Pace},
    random::Random,
    refusal::Refusal,
    replay::{Step, replay},
    role::{Counts, Role, Side},
    settle::{Verdict, accused, verdict, victim},
    setup::{MAX_PLAYERS, MIN_PLAYERS, Setup},
    victory::{Winner, winner},
    view::{MyView, PublicView, SeatView, TeamMate, VoteView, my_view, public_view},
};
