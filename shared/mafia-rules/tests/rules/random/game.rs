//! A random game.

use mafia_rules::{Actor, Command, Event, Game, Millis, Phase, Random, Refusal, decide, evolve};

use crate::{
    kit::{Seed, add_bot, person, set_up},
    random::random_move,
};

/// More moves than any random game needs.
const MANY: usize = 20_000;

/// A game and the seed that plays it.
pub(crate) struct Play {
    pub(crate) game: Game,
    pub(crate) now: Millis,
    pub(crate) chance: Seed,
    /// All events of the game.
    pub(crate) log: Vec<Event>,
}

impl Play {
    /// A random table of human players and some bots, before the start. Seat 0 is human.
    pub(crate) fn gathered(seed: u64) -> Self {
        let mut play = Self { game: Game::default(), now: 1_000_000, chance: Seed(seed), log: Vec::new() };
        let (players, setup) = play.chance.playable();
        for number in 0..u8::try_from(players).unwrap() {
            let is_bot = number > 0 && play.chance.once_in(4);
            let (actor, command) =
                if is_bot { (Actor::Seat(0), add_bot("x")) } else { (Actor::Visitor(person(number)), Command::Join) };
            play.try_move(&actor, &command).unwrap();
        }
        play.try_move(&Actor::Seat(0), &set_up(setup)).unwrap();
        play
    }

    /// As `gathered`, after the start.
    pub(crate) fn started(seed: u64) -> Self {
        let mut play = Self::gathered(seed);
        play.try_move(&Actor::Seat(0), &Command::Start).unwrap();
        play
    }

    /// Tries a command and applies its events.
    pub(crate) fn try_move(&mut self, actor: &Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        let events = decide(&self.game, actor, command, self.now, &mut self.chance)?;
        self.happens(&events);
        Ok(events)
    }

    pub(crate) fn happens(&mut self, events: &[Event]) {
        events.iter().for_each(|event| evolve(&mut self.game, event));
        self.log.extend_from_slice(events);
    }

    /// Returns a random move and advances the time: to the end of the phase if the clock moves.
    pub(crate) fn next(&mut self) -> (Actor, Command) {
        let (actor, command) = random_move(&self.game, &mut self.chance);
        self.now += Millis::try_from(self.chance.below(500)).unwrap();
        if matches!(actor, Actor::Clock { .. }) {
            self.now = self.now.max(self.game.ends_at.unwrap_or(0));
        }
        (actor, command)
    }

    /// Plays to the end. `each` receives every move and must try it.
    pub(crate) fn play(&mut self, mut each: impl FnMut(&mut Self, &Actor, &Command)) {
        for _ in 0..MANY {
            if self.game.phase == Phase::Over {
                return;
            }
            let (actor, command) = self.next();
            each(self, &actor, &command);
        }
        panic!("the game does not end: {:?}", self.game);
    }
}
