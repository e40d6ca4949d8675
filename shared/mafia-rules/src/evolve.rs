//! Applies events to a game. Events that do not fit are ignored: no input panics.

use crate::{Done, Event, Finding, Game, MAX_PLAYERS, Night, NightAction, Phase, Point, Role, Seat, SeatNo, Speaker};

/// Builds a game from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Game {
    let mut game = Game::default();
    for event in events {
        evolve(&mut game, event);
    }
    game
}

/// Applies one event.
pub fn evolve(game: &mut Game, event: &Event) {
    if let Some(seat) = active_seat(event) {
        change(game, seat, |seat| seat.stirred = true);
    }
    match event {
        Event::Joined { player } if game.seats.len() < MAX_PLAYERS => {
            game.joined = game.joined.saturating_add(1);
            game.seats.push(Seat::of(game.joined, player.clone()));
        }
        Event::StoodUp { seat, kicked, .. } => stand_up(game, *seat, *kicked),
        Event::HostIs { seat } => game.host = *seat,
        Event::SetUp { setup } => game.setup = setup.clone(),
        Event::Started { roles, setup } => {
            game.setup = setup.clone();
            for (seat, &role) in game.seats.iter_mut().zip(roles) {
                seat.role = Some(role);
                seat.armour = role == Role::Soldier;
            }
        }
        Event::PhaseBegan { phase, day, ends_at } => begin(game, *phase, *day, *ends_at),
        Event::Hurried { ends_at } => game.ends_at = Some(*ends_at),
        Event::PhaseEnded { absent } => count_absence(game, absent),
        Event::Left { seat } => change(game, *seat, |seat| seat.left = true),
        Event::Died { seat, cause, role } => change(game, *seat, |seat| {
            seat.death = Some(*cause);
            seat.shown |= role.is_some();
        }),
        Event::Said { by: Speaker { seat: Some(seat), .. }, id: Some(id), .. } => {
            change(game, *seat, |seat| seat.last_line = Some(*id));
        }
        Event::Ended { winner, .. } => {
            (game.phase, game.ends_at, game.winner) = (Phase::Over, None, Some(*winner));
            game.seats.iter_mut().for_each(|seat| seat.shown = true);
        }
        Event::Again { code } => game.next = Some(code.clone()),
        Event::Said { .. } | Event::Dealt { .. } | Event::Contacted { .. } | Event::NobodyDied | Event::NobodyAccused => {}
        Event::Judged { .. } => {}
        action => apply_action(game, action),
    }
}

/// Applies the actions of players within a phase.
fn apply_action(game: &mut Game, event: &Event) {
    match event {
        Event::Pointed { seat, target } => {
            let order = game.night.pointed;
            game.night.pointed += 1;
            game.night.points.retain(|point| point.from != *seat);
            game.night.points.push(Point { from: *seat, target: *target, order });
            game.night.done.insert(*seat);
        }
        Event::Done(done) => action(game, done),
        Event::Slept { seat } => {
            game.night.done.insert(*seat);
        }
        Event::Survived { seat } => change(game, *seat, |seat| seat.armour = false),
        Event::Published { by, target, .. } => {
            change(game, *target, |seat| seat.shown = true);
            if let Some(by) = by {
                change(game, *by, |seat| seat.published = true);
            }
        }
        Event::TimeVoted { seat, ends_at, .. } => {
            game.time_votes.insert(*seat);
            game.ends_at = Some(*ends_at);
        }
        Event::Voted { seat, target } => {
            game.votes.insert(*seat, *target);
        }
        Event::Accused { seat } => game.accused = Some(*seat),
        Event::Balloted { seat, choice: Some(choice) } => {
            game.ballots.insert(*seat, *choice);
        }
        _ => {}
    }
}

/// Returns the seat that is active in this event. Dead players' messages count too, without effect.
fn active_seat(event: &Event) -> Option<SeatNo> {
    match event {
        Event::Pointed { seat, .. }
        | Event::Done(Done { seat, .. })
        | Event::Slept { seat }
        | Event::TimeVoted { seat, .. }
        | Event::Voted { seat, .. }
        | Event::Balloted { seat, .. } => Some(*seat),
        Event::Said { by, .. } => by.seat,
        _ => None,
    }
}

fn begin(game: &mut Game, phase: Phase, day: u16, ends_at: i64) {
    (game.phase, game.day, game.ends_at) = (phase, day, Some(ends_at));
    match phase {
        Phase::Night => {
            game.night = Night::default();
            game.votes.clear();
            game.ballots.clear();
            game.accused = None;
        }
        Phase::Talk => game.time_votes.clear(),
        _ => {}
    }
}

fn stand_up(game: &mut Game, seat: SeatNo, kicked: bool) {
    if usize::from(seat) >= game.seats.len() {
        return;
    }
    let gone = game.seats.remove(usize::from(seat));
    if kicked && let Some(id) = gone.player.id {
        game.kicked.insert(id);
    }
    game.host = game.host.filter(|&host| host != seat).map(|host| if host > seat { host - 1 } else { host });
}

fn count_absence(game: &mut Game, absent: &[SeatNo]) {
    for (number, seat) in (0..).zip(&mut game.seats) {
        seat.absent = if absent.contains(&number) { seat.absent.saturating_add(1) } else { 0 };
        seat.stirred = false;
    }
}

fn action(game: &mut Game, &Done { action, seat, target, mafia }: &Done) {
    game.night.actions.insert(seat, target);
    game.night.done.insert(seat);
    if let Some(mafia) = mafia {
        find(game, seat, target, mafia);
        change(game, seat, |seat| seat.contact |= mafia && action == NightAction::Probe);
    }
}

fn find(game: &mut Game, seat: SeatNo, target: SeatNo, mafia: bool) {
    let day = game.day;
    change(game, seat, |seat| seat.findings.push(Finding { day, target, mafia }));
}

fn change(game: &mut Game, seat: SeatNo, how: impl FnOnce(&mut Seat)) {
    if let Some(seat) = game.seats.get_mut(usize::from(seat)) {
        how(seat);
    }
}
