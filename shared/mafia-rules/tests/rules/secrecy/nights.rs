//! At night nobody notices what others do, nor when.

use mafia_rules::{Actor, Channel, Command, Event, Game, Phase, SeatNo, Stream};

use super::mouth::{HONEST, Mouth};
use crate::random::Play;

#[test]
fn a_night_is_silent() {
    let mut acts = 0;
    for seed in 40_000..41_000 {
        acts += nights(seed, HONEST).unwrap_or_else(|leak| panic!("seed {seed}: {leak}"));
    }
    assert!(acts > 5_000, "{acts}");
}

/// Plays a game. How often somebody did something at night, if nobody noticed.
pub(crate) fn nights(seed: u64, mouth: Mouth) -> Result<usize, String> {
    let mut acts = Ok(0);
    Play::started(seed).play(|play, actor, command| {
        let before = (play.game.phase == Phase::Night && is_secret(command)).then(|| play.game.clone());
        let events = play.try_move(actor, command);
        if let (Some(before), Actor::Seat(seat), Ok(events), Ok(so_far)) = (before, actor, events, acts.clone()) {
            let night = Night { before: &before, after: &play.game, seat: *seat };
            acts = night.is_silent(mouth, &events).map(|()| so_far + 1);
        }
    });
    acts
}

/// Everything that is done or said at night, but for leaving, and for the talk of those who watch, and of the dead.
fn is_secret(command: &Command) -> bool {
    match command {
        Command::Say { channel, .. } => *channel == Channel::Mafia,
        command => *command != Command::Leave,
    }
}

/// Somebody does something in a night.
struct Night<'a> {
    before: &'a Game,
    after: &'a Game,
    seat: SeatNo,
}

impl Night<'_> {
    fn is_silent(&self, mouth: Mouth, events: &[Event]) -> Result<(), String> {
        let told = events.iter().flat_map(|event| (mouth.told)(self.after, event));
        for (stream, told) in told {
            let may = match stream {
                Stream::Seat(other) => self.may_notice(other),
                Stream::Public => matches!(told, Event::Hurried { .. }) && self.all_are_done(),
                Stream::Spectators => false,
            };
            if !may {
                return Err(format!("{stream:?} is told {told:?}"));
            }
        }
        let hurries = events.iter().any(|event| matches!(event, Event::Hurried { .. }));
        if !hurries && (mouth.public)(self.before) != (mouth.public)(self.after) {
            return Err(format!("everybody sees that {events:?}"));
        }
        let others = self.after.numbered().map(|(seat, _)| seat).filter(|&other| !self.may_notice(other));
        let sees = |other: &SeatNo| (mouth.mine)(self.before, *other) != (mouth.mine)(self.after, *other);
        others.into_iter().find(sees).map_or(Ok(()), |other| Err(format!("seat {other} sees that {events:?}")))
    }

    /// Oneself; and the team of each other.
    fn may_notice(&self, other: SeatNo) -> bool {
        other == self.seat || (self.after.in_team(self.seat) && self.after.in_team(other))
    }

    fn all_are_done(&self) -> bool {
        self.after.awaited().all(|other| self.after.night.done.contains(&other))
    }
}
