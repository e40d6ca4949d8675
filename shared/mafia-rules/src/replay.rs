//! The replay of a finished game, phase by phase, with all secrets.

use serde::Serialize;

use crate::{Event, Game, Millis, Phase, PublicView, evolve, public_view};

/// One phase of a finished game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The phase.
    pub phase: Phase,
    /// Its day.
    pub day: u16,
    /// The start of the phase, in Unix milliseconds.
    pub at: Millis,
    /// All its events, including secret ones.
    pub events: Vec<(Millis, Event)>,
    /// The table at the end of the phase, with all roles.
    pub view: PublicView,
}

/// Returns the steps of a finished game, the lobby first. `events` have their times. The caller must check that the game is over.
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

/// Sets the view of the last step. Once for each step: building a view costs more than applying an event.
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
