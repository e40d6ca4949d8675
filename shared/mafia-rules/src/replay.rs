//! A finished game, phase by phase, with nothing hidden.

use serde::Serialize;

use crate::{Event, Game, Millis, Phase, PublicView, evolve, public_view};

/// One phase of a finished game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which.
    pub phase: Phase,
    /// Of which day.
    pub day: u16,
    /// When it began; Unix milliseconds.
    pub at: Millis,
    /// Everything that happened in it, secrets too.
    pub events: Vec<(Millis, Event)>,
    /// The table at its end; every role is shown.
    pub view: PublicView,
}

/// The steps of a game, the lobby first; `events` with their times. For finished games only: it hides nothing.
pub fn replay(events: &[(Millis, Event)]) -> Vec<Step> {
    let mut game = Game::default();
    let mut steps: Vec<Step> = Vec::new();
    for (at, event) in events {
        let begins = matches!(event, Event::PhaseBegan { .. } | Event::Ended { .. });
        if begins {
            end(&mut steps, &game);
        }
        evolve(&mut game, event);
        if begins || steps.is_empty() {
            steps.push(Step { phase: game.phase, day: game.day, at: *at, events: Vec::new(), view: open_view(&game) });
        }
        if let Some(step) = steps.last_mut() {
            step.events.push((*at, event.clone()));
        }
    }
    end(&mut steps, &game);
    steps
}

/// The last step ends with the game as it is. Made once for a step: a view of a table costs more than an event.
fn end(steps: &mut [Step], game: &Game) {
    if let Some(step) = steps.last_mut() {
        step.view = open_view(game);
    }
}

fn open_view(game: &Game) -> PublicView {
    let mut game = game.clone();
    game.seats.iter_mut().for_each(|seat| seat.shown = true);
    public_view(&game)
}
