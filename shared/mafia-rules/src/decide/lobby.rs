//! The lobby: seats, host, set-up and start.

use super::{phases, turn::Turn};
use crate::{Counts, Event, Game, MAX_PLAYERS, Phase, Player, Random, Refusal, SeatNo, Setup, random::shuffle};

pub(super) fn join(turn: &mut Turn, player: &Player) -> Result<(), Refusal> {
    let id = player.id.ok_or(Refusal::NotSignedIn)?;
    require_lobby(turn.game())?;
    if turn.game().seat_of(id).is_some() {
        return Ok(()); // already seated
    }
    if turn.game().kicked.contains(&id) {
        return Err(Refusal::SentAway);
    }
    if turn.game().seats.len() >= MAX_PLAYERS {
        return Err(Refusal::TableFull);
    }
    turn.emit(Event::Joined { player: player.clone() });
    appoint_host(turn);
    Ok(())
}

pub(super) fn leave(turn: &mut Turn, seat: SeatNo) -> Result<(), Refusal> {
    match turn.game().phase {
        Phase::Lobby => {
            stand_up(turn, seat, false);
            Ok(())
        }
        Phase::Over => Err(Refusal::GameOver),
        _ => {
            turn.emit(Event::Left { seat });
            appoint_host(turn);
            phases::hurry(turn); // the phase may have waited for this player only
            Ok(())
        }
    }
}

pub(super) fn take_over(turn: &mut Turn, seat: SeatNo) -> Result<(), Refusal> {
    require_lobby(turn.game())?;
    if turn.game().host != Some(seat) && turn.game().seat(seat).is_some_and(|seat| !seat.is_bot()) {
        turn.emit(Event::HostIs { seat: Some(seat) });
    }
    Ok(())
}

pub(super) fn kick(turn: &mut Turn, host: SeatNo, seat: SeatNo, id: Option<u32>, name: Option<&str>) -> Result<(), Refusal> {
    require_host(turn.game(), host)?;
    let whom = turn.game().seat(seat).ok_or(Refusal::NoSuchSeat)?;
    if id.is_some_and(|id| id != whom.id) || name.is_some_and(|name| name != whom.player.name) {
        return Err(Refusal::SomebodyElse);
    }
    if seat == host {
        return Err(Refusal::NotYourself);
    }
    stand_up(turn, seat, true);
    Ok(())
}

pub(super) fn add_bot(turn: &mut Turn, host: SeatNo, name: &str) -> Result<(), Refusal> {
    require_host(turn.game(), host)?;
    if turn.game().seats.len() >= MAX_PLAYERS {
        return Err(Refusal::TableFull);
    }
    turn.emit(Event::Joined { player: Player { id: None, name: name.to_owned() } });
    Ok(())
}

/// Accepts roles that the present players are too few for, since others may join; the start checks again. Rejects what no table can play.
pub(super) fn set_up(turn: &mut Turn, host: SeatNo, setup: &Setup) -> Result<(), Refusal> {
    require_host(turn.game(), host)?;
    if let Some(field) = setup.options.out_of_range() {
        return Err(Refusal::OptionOutOfRange { field: field.to_owned() });
    }
    if let Some(roles) = &setup.roles {
        check_for_full_table(roles, setup.options.first_night_kill)?;
    }
    if turn.game().setup != *setup {
        turn.emit(Event::SetUp { setup: setup.clone() });
    }
    Ok(())
}

fn check_for_full_table(roles: &Counts, first_night_kill: bool) -> Result<(), Refusal> {
    roles.check(MAX_PLAYERS, first_night_kill)
}

pub(super) fn start(turn: &mut Turn, host: SeatNo, random: &mut dyn Random) -> Result<(), Refusal> {
    require_host(turn.game(), host)?;
    let players = turn.game().seats.len();
    turn.game().setup.check(players)?;
    let counts = turn.game().setup.counts(players);
    let mut roles = counts.cards(players);
    shuffle(&mut roles, random);
    let setup = Setup { roles: Some(counts), options: turn.game().setup.options.clone() };
    turn.emit(Event::Started { roles, setup });
    phases::night(turn);
    Ok(())
}

pub(super) fn again(turn: &mut Turn, code: &str, gone: Option<&str>) -> Result<(), Refusal> {
    if turn.game().phase != Phase::Over {
        return Err(Refusal::NotOver);
    }
    if turn.game().next.as_deref() == gone {
        turn.emit(Event::Again { code: code.to_owned() });
    }
    Ok(())
}

/// Removes the bots with the last human player: no player could start the game.
fn stand_up(turn: &mut Turn, seat: SeatNo, kicked: bool) {
    let Some(name) = turn.game().seat(seat).map(|seat| seat.player.name.clone()) else { return };
    turn.emit(Event::StoodUp { seat, name, kicked });
    if turn.game().seats.iter().all(crate::Seat::is_bot) {
        while let Some(last) = turn.game().seats.last() {
            let (seat, name) = (turn.game().seats.len() - 1, last.player.name.clone());
            turn.emit(Event::StoodUp { seat: u8::try_from(seat).unwrap_or(u8::MAX), name, kicked: false });
        }
    }
    appoint_host(turn);
}

/// Makes the first human player who has not left the host, if the present host is not one.
fn appoint_host(turn: &mut Turn) {
    let game = turn.game();
    let fits = |seat: SeatNo| game.seat(seat).is_some_and(|seat| !seat.is_bot() && !seat.left);
    if game.host.is_some_and(fits) {
        return;
    }
    let next = game.numbered().map(|(seat, _)| seat).find(|&seat| fits(seat));
    if next != game.host {
        turn.emit(Event::HostIs { seat: next });
    }
}

fn require_lobby(game: &Game) -> Result<(), Refusal> {
    match game.phase {
        Phase::Lobby => Ok(()),
        Phase::Over => Err(Refusal::GameOver),
        _ => Err(Refusal::AlreadyStarted),
    }
}

fn require_host(game: &Game, seat: SeatNo) -> Result<(), Refusal> {
    require_lobby(game)?;
    if game.host == Some(seat) { Ok(()) } else { Err(Refusal::NotHost) }
}
