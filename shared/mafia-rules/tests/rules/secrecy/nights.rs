//! At night no player notices the actions of others, or their time.

use mafia_rules::{Actor, Channel, Command, Event, Game, Phase, SeatNo, Stream};

use super::disclosure::{BY_THE_RULES, Disclosure};
use crate::random::Play;

#[test]
fn other_players_notice_no_night_action() {
    let mut acts = 0;
    for seed in 40_000..41_000 {
        acts += nights(seed, BY_THE_RULES).unwrap_or_else(|leak| panic!("seed {seed}: {leak}"));
    }
    assert!(acts > 5_000, "{acts}");
}

/// Plays a game. Returns the number of secret actions, or the first leak.
pub(crate) fn nights(seed: u64, disclosure: Disclosure) -> Result<usize, String> {
    let mut acts = Ok(0);
    Play::started(seed).play(|play, actor, command| {
        let before = (play.game.phase == Phase::Night && is_secret(command)).then(|| play.game.clone());
        let events = play.try_move(actor, command);
        if let (Some(before), Actor::Seat(seat), Ok(events), Ok(so_far)) = (before, actor, events, acts.clone()) {
            let night = Night { before: &before, after: &play.game, seat: *seat };
            acts = night.is_silent(disclosure, &events).map(|()| so_far + 1);
        }
    });
    acts
}

/// All commands at night, except leaving and the chats of spectators and dead players.
fn is_secret(command: &Command) -> bool {
    match command {
        Command::Say { channel, .. } => *channel == Channel::Mafia,
        command => *command != Command::Leave,
    }
}

/// One action in a night.
struct Night<'a> {
    before: &'a Game,
    after: &'a Game,
    seat: SeatNo,
}

impl Night<'_> {
    fn is_silent(&self, disclosure: Disclosure, events: &[Event]) -> Result<(), String> {
        let all = events.iter().flat_map(|event| (disclosure.events)(self.after, event));
        for (stream, disclosed) in all {
            let may = match stream {
                Stream::Seat(other) => self.may_notice(other),
                Stream::Public => matches!(disclosed, Event::Hurried { .. }) && self.all_are_done(),
                Stream::Spectators => false,
            };
            if !may {
                return Err(format!("{stream:?} receives {disclosed:?}"));
            }
        }
        let hurries = events.iter().any(|event| matches!(event, Event::Hurried { .. }));
        if !hurries && (disclosure.public)(self.before) != (disclosure.public)(self.after) {
            return Err(format!("the public view shows {events:?}"));
        }
        let others = self.after.numbered().map(|(seat, _)| seat).filter(|&other| !self.may_notice(other));
        let sees = |other: &SeatNo| (disclosure.mine)(self.before, *other) != (disclosure.mine)(self.after, *other);
        others.into_iter().find(sees).map_or(Ok(()), |other| Err(format!("seat {other} notices {events:?}")))
    }

    /// The acting player; and the team, for actions of its members.
    fn may_notice(&self, other: SeatNo) -> bool {
        other == self.seat || (self.after.in_team(self.seat) && self.after.in_team(other))
    }

    fn all_are_done(&self) -> bool {
        self.after.awaited().all(|other| self.after.night.done.contains(&other))
    }
}
