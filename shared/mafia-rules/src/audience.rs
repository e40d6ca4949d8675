//! Decides what each player and spectator may know. No other module decides it.

use crate::{Done, Event, Game, NightAction, Phase, Refusal, SeatNo, named::named};

/// The receiver of a message. A message for several seats is sent to each one separately, so that no client can count the other receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// All players and spectators.
    Public,
    /// Spectators: users without a seat.
    Spectators,
    /// One player.
    Seat(SeatNo),
}

named! {
    /// A chat channel. The table of talk in the [crate's documentation](crate) lists readers and writers; a test compares it with
    /// [`readers`] and [`may_write`].
    pub enum Channel {
        /// For all players and spectators.
        Public = "public",
        /// For the mafia's team, at night.
        Mafia = "mafia",
        /// For dead players.
        Dead = "dead",
        /// For spectators.
        Spectators = "spectators",
    }
}

/// Returns the streams that receive a channel's messages now.
pub fn readers(game: &Game, channel: Channel) -> Vec<Stream> {
    let seats = |reads: &dyn Fn(SeatNo) -> bool| -> Vec<Stream> {
        game.numbered().map(|(seat, _)| seat).filter(|&seat| reads(seat)).map(Stream::Seat).collect()
    };
    match channel {
        Channel::Public => vec![Stream::Public],
        Channel::Spectators => vec![Stream::Spectators],
        Channel::Mafia => seats(&|seat| game.lives(seat) && game.in_team(seat)),
        Channel::Dead => seats(&|seat| !game.lives(seat)),
    }
}

/// Checks whether a player may write to a channel now; `None` is a spectator.
///
/// # Errors
/// [`Refusal`] with the reason.
pub fn may_write(game: &Game, seat: Option<SeatNo>, channel: Channel) -> Result<(), Refusal> {
    let Some(seat) = seat else {
        return match channel {
            Channel::Spectators if game.setup.options.spectators || game.phase == Phase::Lobby => Ok(()),
            Channel::Spectators => Err(Refusal::NoSpectators),
            _ => Err(Refusal::NotSeated),
        };
    };
    let lives = game.seat(seat).filter(|seat| !seat.left).ok_or(Refusal::NotSeated)?.lives();
    match (channel, game.phase) {
        (Channel::Spectators, _) => Err(Refusal::NotYourChannel),
        (Channel::Public, Phase::Lobby | Phase::Over) => Ok(()),
        (Channel::Mafia | Channel::Dead, Phase::Lobby) => Err(Refusal::NotStarted),
        (Channel::Mafia | Channel::Dead, Phase::Over) => Err(Refusal::GameOver),
        (Channel::Dead, _) if lives => Err(Refusal::NotYourChannel),
        (Channel::Dead, _) => Ok(()),
        (Channel::Mafia, _) if !game.in_team(seat) => Err(Refusal::NotYourChannel),
        (_, _) if !lives => Err(Refusal::Dead),
        (Channel::Mafia, Phase::Night) => Ok(()),
        (Channel::Mafia, _) => Err(Refusal::WrongTime),
        (Channel::Public, Phase::Dawn | Phase::Talk | Phase::Vote | Phase::Dusk) => Ok(()),
        (Channel::Public, Phase::Defence) if game.accused == Some(seat) => Ok(()),
        (Channel::Public, Phase::Defence | Phase::Night | Phase::Ballot) => Err(Refusal::Quiet),
    }
}

/// Returns each stream that receives an event, with the part of the event that it may see. `game` is the state after the event.
/// The match lists every event, so that a new one does not become public by accident.
pub fn disclose(game: &Game, event: &Event) -> Vec<(Stream, Event)> {
    let one = |seat: SeatNo| vec![(Stream::Seat(seat), event.clone())];
    match event {
        // Server-only, or derived below from other events.
        Event::PhaseEnded { .. } | Event::Dealt { .. } | Event::Contacted { .. } => Vec::new(),
        Event::Started { roles, setup } => {
            let all = Event::Started { roles: Vec::new(), setup: setup.clone() };
            let own = (0..).zip(roles).map(|(seat, &role)| (Stream::Seat(seat), Event::Dealt { role }));
            std::iter::once((Stream::Public, all)).chain(own).collect()
        }
        Event::Pointed { .. } => to_all(readers(game, Channel::Mafia), event),
        Event::Done(done) => disclose_action(game, done),
        Event::Slept { seat } | Event::Survived { seat } => one(*seat),
        Event::Published { target, role, .. } => {
            vec![(Stream::Public, Event::Published { by: None, target: *target, role: *role })]
        }
        Event::Balloted { seat, .. } => {
            let mut told = one(*seat);
            told.push((Stream::Public, Event::Balloted { seat: *seat, choice: None }));
            told
        }
        Event::Said { channel, .. } => to_all(readers(game, *channel), event),
        Event::Joined { .. }
        | Event::StoodUp { .. }
        | Event::HostIs { .. }
        | Event::SetUp { .. }
        | Event::PhaseBegan { .. }
        | Event::Hurried { .. }
        | Event::NobodyDied
        | Event::Died { .. }
        | Event::TimeVoted { .. }
        | Event::Voted { .. }
        | Event::Accused { .. }
        | Event::NobodyAccused
        | Event::Judged { .. }
        | Event::Left { .. }
        | Event::Ended { .. }
        | Event::Again { .. } => vec![(Stream::Public, event.clone())],
    }
}

/// Discloses a night action to its player alone. When a spy finds the mafia, the team receives `Contacted`.
fn disclose_action(game: &Game, done: &Done) -> Vec<(Stream, Event)> {
    let mut told = vec![(Stream::Seat(done.seat), Event::Done(*done))];
    if done.action == NightAction::Probe && done.mafia == Some(true) {
        let team = readers(game, Channel::Mafia).into_iter().filter(|&reader| reader != Stream::Seat(done.seat));
        told.extend(to_all(team.collect(), &Event::Contacted { seat: done.seat }));
    }
    told
}

/// The types of the stored events that are disclosed to some players only.
pub fn secret_types() -> impl Iterator<Item = &'static str> {
    NightAction::ALL.into_iter().map(NightAction::event_type).chain(["slept", "survived"])
}

fn to_all(readers: Vec<Stream>, event: &Event) -> Vec<(Stream, Event)> {
    readers.into_iter().map(|reader| (reader, event.clone())).collect()
}
