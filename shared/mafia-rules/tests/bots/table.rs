//! A table of bots, and of human players that a test moves.

use mafia_rules::{
    Actor, Command, Counts, Event, Game, Millis, Move, Phase, Player, PublicRecord, PublicView, Random, Role, SeatNo, Setup,
    Stream, Words, bot_move, decide, disclose, evolve, my_view, public_view,
};
use uuid::Uuid;

use crate::seed::Seed;

/// More moves than the bots of a table make in one phase.
const MANY: usize = 400;

/// A game with its clock and its public events.
pub(crate) struct Table {
    pub(crate) game: Game,
    pub(crate) record: PublicRecord,
    pub(crate) now: Millis,
    pub(crate) seed: Seed,
    /// The bots' phrases since the last call of `one_phase`.
    pub(crate) lines: Vec<Line>,
}

/// Speaker, phrase, and the player whom it is about.
pub(crate) type Line = (SeatNo, String, Option<SeatNo>);

impl Table {
    /// A game that has just started. The first `people` seats are human players, the others bots.
    pub(crate) fn started(players: usize, people: usize, setup: &Setup, seed: u64) -> Self {
        let mut table = Self::gathered(players, people, seed);
        table.happens(&Event::SetUp { setup: setup.clone() });
        table.does(0, &Command::Start);
        table
    }

    /// The first night of a game with these roles.
    pub(crate) fn dealt(roles: &[Role], people: usize, seed: u64) -> Self {
        let mut table = Self::gathered(roles.len(), people, seed);
        let of = |role: Role| u8::try_from(roles.iter().filter(|dealt| **dealt == role).count()).unwrap();
        let counts =
            Counts { mafia: of(Role::Mafia), detective: of(Role::Detective), joker: of(Role::Joker), ..Counts::default() };
        let setup = Setup { roles: Some(counts), ..Setup::default() };
        table.happens(&Event::Started { roles: roles.to_vec(), setup });
        table.turns(Phase::Night);
        table
    }

    /// Begins a phase of the first day.
    pub(crate) fn turns(&mut self, phase: Phase) {
        self.happens(&Event::PhaseBegan { phase, day: 1, ends_at: self.now + 60_000 });
    }

    fn gathered(players: usize, people: usize, seed: u64) -> Self {
        let mut table =
            Self { game: Game::default(), record: PublicRecord::default(), now: 1_000_000, seed: Seed(seed), lines: Vec::new() };
        for seat in 0..players {
            let id = (seat < people).then(|| Uuid::from_u128(seat as u128 + 1));
            table.happens(&Event::Joined { player: Player { id, name: format!("Player {seat}") } });
        }
        table.happens(&Event::HostIs { seat: Some(0) });
        table
    }

    /// Sends a command that must be legal and must change something.
    pub(crate) fn does(&mut self, seat: SeatNo, command: &Command) {
        let events = decide(&self.game, &Actor::Seat(seat), command, self.now, &mut self.seed)
            .unwrap_or_else(|refusal| panic!("seat {seat}, {command:?} in {:?}: {refusal:?}", self.game.phase));
        assert!(!events.is_empty(), "seat {seat}, {command:?}: nothing happened");
        events.iter().for_each(|event| self.happens(event));
    }

    /// Ends the phase by time.
    pub(crate) fn time_passes(&mut self) {
        self.now = self.game.ends_at.unwrap();
        let clock = Actor::Clock { online: Vec::new() };
        let events = decide(&self.game, &clock, &Command::Tick, self.now, &mut self.seed).unwrap();
        events.iter().for_each(|event| self.happens(event));
    }

    /// Applies an event and gives its public part to the bots.
    pub(crate) fn happens(&mut self, event: &Event) {
        evolve(&mut self.game, event);
        for (stream, event) in disclose(&self.game, event) {
            if stream == Stream::Public {
                self.record.add(&event);
            }
        }
        if let Event::Said { by, words: Words::Phrase { phrase, about }, .. } = event {
            self.lines.push((by.seat.unwrap(), phrase.clone(), *about));
        }
    }

    /// Lets the bots play one phase. It must end early if it waits for bots only. Returns their phrases.
    pub(crate) fn one_phase(&mut self) -> Vec<Line> {
        let (phase, planned) = (self.game.phase, self.game.ends_at);
        self.bots_move();
        let waits_for_bots = !matches!(phase, Phase::Dawn | Phase::Dusk);
        let is_done = self.game.phase != phase || self.game.ends_at < planned;
        assert!(is_done || !waits_for_bots, "{phase:?} is stuck: {:?}", self.game);
        if self.game.phase == phase {
            self.time_passes();
        }
        std::mem::take(&mut self.lines)
    }

    /// A bot's decision now.
    pub(crate) fn wants(&mut self, seat: SeatNo) -> Move {
        let public = public_view(&self.game);
        self.wants_seeing(seat, &public)
    }

    fn wants_seeing(&mut self, seat: SeatNo, public: &PublicView) -> Move {
        let mine = my_view(&self.game, seat).unwrap();
        bot_move(public, &mine, &self.record, &mut self.seed)
    }

    /// Lets bots move in random order until the phase ends or no bot wants to move.
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
}
