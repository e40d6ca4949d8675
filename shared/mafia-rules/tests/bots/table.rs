//! A table of bots, and of people whom a test moves.

use mafia_rules::{
    Actor, Command, Event, Game, Heard, Millis, Move, Phase, Player, PublicView, Random, SeatNo, Setup, Stream, bot_move, decide,
    evolve, my_view, public_view, told,
};
use uuid::Uuid;

use crate::chance::Seed;

/// More moves than the bots of a table have in one phase.
const MANY: usize = 400;

/// A game, its clock, and what everybody heard.
pub(crate) struct Table {
    pub(crate) game: Game,
    pub(crate) heard: Heard,
    pub(crate) now: Millis,
    pub(crate) seed: Seed,
}

impl Table {
    /// A game that has just begun; the first `people` seats are people's, the others are bots'.
    pub(crate) fn started(players: usize, people: usize, setup: &Setup, seed: u64) -> Self {
        let mut table = Self { game: Game::default(), heard: Heard::default(), now: 1_000_000, seed: Seed(seed) };
        for seat in 0..players {
            let id = (seat < people).then(|| Uuid::from_u128(seat as u128 + 1));
            table.happens(&Event::Joined { player: Player { id, name: format!("Player {seat}") } });
        }
        table.happens(&Event::HostIs { seat: Some(0) });
        table.happens(&Event::SetUp { setup: setup.clone() });
        table.does(0, &Command::Start);
        table
    }

    /// Somebody does something, which the rules take, and which changes something.
    pub(crate) fn does(&mut self, seat: SeatNo, command: &Command) {
        let events = decide(&self.game, &Actor::Seat(seat), command, self.now, &mut self.seed)
            .unwrap_or_else(|refusal| panic!("seat {seat}, {command:?} in {:?}: {refusal:?}", self.game.phase));
        assert!(!events.is_empty(), "seat {seat}, {command:?}: nothing happened");
        events.iter().for_each(|event| self.happens(event));
    }

    /// The phase's time is over.
    pub(crate) fn time_passes(&mut self) {
        self.now = self.game.ends_at.unwrap();
        let clock = Actor::Clock { online: Vec::new() };
        let events = decide(&self.game, &clock, &Command::Tick, self.now, &mut self.seed).unwrap();
        events.iter().for_each(|event| self.happens(event));
    }

    pub(crate) fn happens(&mut self, event: &Event) {
        evolve(&mut self.game, event);
        for (stream, event) in told(&self.game, event) {
            if stream == Stream::Public {
                self.heard.hear(&event);
            }
        }
    }

    /// What a bot wants now.
    pub(crate) fn wants(&mut self, seat: SeatNo) -> Move {
        let public = public_view(&self.game);
        self.wants_seeing(seat, &public)
    }

    fn wants_seeing(&mut self, seat: SeatNo, public: &PublicView) -> Move {
        let mine = my_view(&self.game, seat).unwrap();
        bot_move(public, &mine, &self.heard, &mut self.seed)
    }

    /// Bots move, in an order of chance, until the phase is over or none of them wants anything.
    pub(crate) fn bots_move(&mut self) {
        let phase = self.game.phase;
        let bots: Vec<SeatNo> = self.game.living().filter(|&seat| self.game.seat(seat).unwrap().is_bot()).collect();
        let mut eager = bots.clone();
        let mut public = public_view(&self.game);
        for _ in 0..MANY {
            if eager.is_empty() {
                return;
            }
            let seat = eager.swap_remove(self.seed.below(eager.len()));
            if let Move::Do(command) = self.wants_seeing(seat, &public) {
                self.now += 1;
                self.does(seat, &command);
                if self.game.phase != phase {
                    return;
                }
                public = public_view(&self.game);
                eager.clone_from(&bots);
            }
        }
        panic!("bots do not come to an end in {phase:?}: {:?}", self.game);
    }

    /// Has the phase ended, or been hurried to its end?
    pub(crate) fn is_done_with(&self, phase: Phase, planned: Option<Millis>) -> bool {
        self.game.phase != phase || self.game.ends_at < planned
    }
}
