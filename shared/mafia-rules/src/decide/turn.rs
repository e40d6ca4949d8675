//! A decision in progress. Each event is applied at once, so that later steps see its effect.

use crate::{Event, Game, Millis, evolve};

pub(super) struct Turn {
    game: Game,
    events: Vec<Event>,
    now: Millis,
}

impl Turn {
    pub(super) fn new(game: &Game, now: Millis) -> Self {
        Self { game: game.clone(), events: Vec::new(), now }
    }

    /// The game after all events so far.
    pub(super) fn game(&self) -> &Game {
        &self.game
    }

    pub(super) fn now(&self) -> Millis {
        self.now
    }

    pub(super) fn emit(&mut self, event: Event) {
        evolve(&mut self.game, &event);
        self.events.push(event);
    }

    pub(super) fn into_events(self) -> Vec<Event> {
        self.events
    }
}
