//! Changes of phase.

use super::turn::Turn;
use crate::{Cause, Event, Game, MAX_DAYS, Millis, Phase, Role, SeatNo, Winner, accused, verdict, victim, winner};

/// The delay before an early end of a night or vote, in milliseconds, so that players see it coming.
const GRACE: Millis = 2_000;

/// The maximum length of a phase in milliseconds.
pub(super) fn length(game: &Game, phase: Phase) -> Millis {
    let options = &game.setup.options;
    let seconds = match phase {
        Phase::Night => options.night_seconds,
        Phase::Dawn => options.dawn_seconds,
        Phase::Talk => options.talk_seconds,
        Phase::Vote => options.vote_seconds,
        Phase::Defence => options.defence_seconds,
        Phase::Ballot => options.ballot_seconds,
        Phase::Dusk => options.dusk_seconds,
        Phase::Lobby | Phase::Over => 0,
    };
    Millis::from(seconds) * 1000
}

/// Begins the next night.
pub(super) fn night(turn: &mut Turn) {
    let day = turn.game().day + 1;
    if day > MAX_DAYS {
        end_game(turn, Winner::Mafia);
    } else {
        begin(turn, Phase::Night, day);
    }
}

/// Ends the phase early once all awaited players are done. A ballot, or the defence of a player who has left, ends at once.
/// Night and vote end after `GRACE`, in which players may change their mind.
/// Each living player has something to do in these phases, so an early end does not reveal which roles acted.
pub(super) fn hurry(turn: &mut Turn) {
    let game = turn.game();
    let all = |is_done: &dyn Fn(SeatNo) -> bool| game.awaited().all(is_done);
    let is_over = match game.phase {
        Phase::Night => all(&|seat| game.night.done.contains(&seat)),
        Phase::Vote => all(&|seat| game.votes.contains_key(&seat)),
        Phase::Defence => game.accused.and_then(|seat| game.seat(seat)).is_some_and(|accused| accused.left),
        Phase::Ballot => all(&|seat| game.accused == Some(seat) || game.ballots.contains_key(&seat)),
        _ => false,
    };
    if !is_over {
        return;
    }
    if matches!(game.phase, Phase::Defence | Phase::Ballot) {
        end(turn);
        return;
    }
    let ends_at = turn.now() + GRACE.min(length(game, game.phase) / 2);
    if game.ends_at.is_some_and(|planned| ends_at < planned) {
        turn.emit(Event::Hurried { ends_at });
    }
}

/// Ends the phase if its time is over.
pub(super) fn end_if_over(turn: &mut Turn) {
    if turn.game().ends_at.is_some_and(|ends_at| ends_at <= turn.now()) {
        end(turn);
    }
}

/// Ends the phase and begins the next one.
pub(super) fn end(turn: &mut Turn) {
    let day = turn.game().day;
    match turn.game().phase {
        Phase::Lobby | Phase::Over => {}
        Phase::Night => dawn(turn, day),
        Phase::Dawn => begin(turn, Phase::Talk, day),
        Phase::Talk => begin(turn, Phase::Vote, day),
        Phase::Vote => count_votes(turn, day),
        Phase::Defence => begin(turn, Phase::Ballot, day),
        Phase::Ballot => judge(turn, day),
        Phase::Dusk => night(turn),
    }
}

fn dawn(turn: &mut Turn, day: u16) {
    begin(turn, Phase::Dawn, day);
    let before = turn.game().living().count();
    attack(turn);
    let is_gone =
        |game: &Game, seat: SeatNo| game.seat(seat).is_some_and(|seat| seat.left || seat.absent >= game.setup.options.gone_after);
    let gone: Vec<_> = turn.game().living().filter(|&seat| is_gone(turn.game(), seat)).collect();
    for seat in gone {
        die(turn, seat, Cause::Gone);
    }
    if turn.game().living().count() == before {
        turn.emit(Event::NobodyDied);
    }
    print_stories(turn);
    end_if_won(turn);
}

fn attack(turn: &mut Turn) {
    let game = turn.game();
    let Some(seat) = victim(&game.night.points).filter(|&seat| game.lives(seat)) else { return };
    let doctors = || game.living().filter(|&doctor| game.role(doctor) == Some(Role::Doctor));
    if doctors().any(|doctor| game.night.actions.get(&doctor) == Some(&seat)) {
        return;
    }
    if game.seat(seat).is_some_and(|seat| seat.armour) {
        turn.emit(Event::Survived { seat });
    } else {
        die(turn, seat, Cause::Killed);
    }
}

/// Publishes the stories of living reporters. Ordered by target: the order of the reporters would reveal them.
fn print_stories(turn: &mut Turn) {
    let game = turn.game();
    let reporters = game.living().filter(|&seat| game.role(seat) == Some(Role::Reporter));
    let mut stories: Vec<_> = reporters.filter_map(|seat| Some((*game.night.actions.get(&seat)?, seat))).collect();
    stories.sort_unstable();
    for (target, seat) in stories {
        let Some(role) = turn.game().role(target) else { continue };
        turn.emit(Event::Published { by: Some(seat), target, role });
    }
}

fn count_votes(turn: &mut Turn, day: u16) {
    let chosen = accused(&turn.game().votes).filter(|&seat| turn.game().lives(seat));
    if let Some(seat) = chosen {
        begin(turn, Phase::Defence, day);
        turn.emit(Event::Accused { seat });
        hurry(turn); // the accused may have left
    } else {
        begin(turn, Phase::Dusk, day);
        turn.emit(Event::NobodyAccused);
    }
}

fn judge(turn: &mut Turn, day: u16) {
    let Some(seat) = turn.game().accused else { return begin(turn, Phase::Dusk, day) };
    let outcome = verdict(&turn.game().ballots);
    begin(turn, Phase::Dusk, day);
    turn.emit(Event::Judged { seat, yes: outcome.yes, no: outcome.no, dies: outcome.dies });
    if !outcome.dies {
        return;
    }
    let was_joker = turn.game().role(seat) == Some(Role::Joker);
    die(turn, seat, Cause::Executed);
    if was_joker {
        end_game(turn, Winner::Joker);
    } else {
        end_if_won(turn);
    }
}

fn die(turn: &mut Turn, seat: SeatNo, cause: Cause) {
    let shown = turn.game().setup.options.reveal_roles;
    let role = turn.game().role(seat).filter(|_| shown);
    turn.emit(Event::Died { seat, cause, role });
}

fn begin(turn: &mut Turn, phase: Phase, day: u16) {
    let ends_at = turn.now() + length(turn.game(), phase);
    turn.emit(Event::PhaseBegan { phase, day, ends_at });
}

fn end_if_won(turn: &mut Turn) {
    if let Some(winner) = winner(turn.game()) {
        end_game(turn, winner);
    }
}

fn end_game(turn: &mut Turn, winner: Winner) {
    let roles = turn.game().seats.iter().filter_map(|seat| seat.role).collect();
    turn.emit(Event::Ended { winner, roles });
}
