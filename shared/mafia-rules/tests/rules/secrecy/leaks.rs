//! The tests of secrecy can fail: they find leaks that are there.

use mafia_rules::{
    Ballot, Cause, Channel, Deed, Event, Game, MyView, Options, Phase, PublicView,
    Role::{Citizen, Detective, Doctor, Mafia, Spy},
    SeatNo, Speaker,
    Stream::{self, Public, Seat, Spectators},
    Winner, my_view, public_view, told,
};

use super::{
    checker::Reader,
    mouth::{HONEST, Mouth},
    nights::nights,
    worlds::Worlds,
};
use crate::kit::{Table, done, found, investigate, line, point, probe};

/// Tells everybody of the events that fit.
fn blurts(game: &Game, event: &Event, fits: bool) -> Vec<(Stream, Event)> {
    let mut told = told(game, event);
    if fits {
        told.push((Public, event.clone()));
    }
    told
}

#[test]
fn the_exchange_of_roles_finds_who_talks() {
    let leaks: [(&str, Mouth); 7] = [
        ("who sleeps", Mouth { told: |game, event| blurts(game, event, matches!(event, Event::Slept { .. })), ..HONEST }),
        ("who points", Mouth { told: |game, event| blurts(game, event, matches!(event, Event::Pointed { .. })), ..HONEST }),
        ("who wrote", Mouth { told: |game, event| blurts(game, event, matches!(event, Event::Published { .. })), ..HONEST }),
        ("the roles", Mouth { told: |game, event| blurts(game, event, matches!(event, Event::Started { .. })), ..HONEST }),
        ("a look at the table", Mouth { public: |game| public_view(&open(game)), ..HONEST }),
        ("another's cards", Mouth { mine: |game, seat| my_view(game, next(game, seat)), ..HONEST }),
        ("another's buttons", Mouth { mine: buttons_of_the_next, ..HONEST }),
    ];
    for (leak, mouth) in leaks {
        let is_found = (0..300).any(|seed| Worlds::new(seed, mouth).run().is_err());
        assert!(is_found, "{leak}");
    }
}

#[test]
fn the_silence_of_nights_is_broken_by_who_moves() {
    let leaks: [(&str, Mouth); 4] = [
        ("an empty word", Mouth { told: |game, event| nods(game, event, Spectators), ..HONEST }),
        ("a word to the first seat", Mouth { told: |game, event| nods(game, event, Seat(0)), ..HONEST }),
        ("how many are done", Mouth { public: counts_who_is_done, ..HONEST }),
        ("who is done", Mouth { mine: done_by_anybody, ..HONEST }),
    ];
    for (leak, mouth) in leaks {
        let is_found = (0..20).any(|seed| nights(seed, mouth).is_err());
        assert!(is_found, "{leak}");
    }
}

fn open(game: &Game) -> Game {
    let mut game = game.clone();
    game.seats.iter_mut().for_each(|seat| seat.shown = true);
    game
}

fn next(game: &Game, seat: SeatNo) -> SeatNo {
    (seat + 1) % u8::try_from(game.seats.len()).unwrap()
}

fn buttons_of_the_next(game: &Game, seat: SeatNo) -> Option<MyView> {
    let can = my_view(game, next(game, seat))?.can;
    Some(MyView { can, ..my_view(game, seat)? })
}

fn nods(game: &Game, event: &Event, to: Stream) -> Vec<(Stream, Event)> {
    let mut told = told(game, event);
    told.push((to, Event::NobodyDied));
    told
}

fn counts_who_is_done(game: &Game) -> PublicView {
    PublicView { balloted: game.night.done.iter().copied().collect(), ..public_view(game) }
}

fn done_by_anybody(game: &Game, seat: SeatNo) -> Option<MyView> {
    Some(MyView { done: !game.night.done.is_empty(), ..my_view(game, seat)? })
}

/// The first night: the mafia point, the detective has looked into seat 0, one spy has found the mafia, and one has not.
fn scene() -> Game {
    let options = Options { reveal_roles: false, ..Options::default() };
    let roles = [Mafia, Doctor, Detective, Spy, Spy, Citizen, Citizen, Citizen];
    let mut table = Table::with(&roles, options);
    table.does(0, point(5));
    table.does(2, investigate(0));
    table.does(3, probe(0));
    table.game
}

#[test]
fn the_checker_refuses_events_told_to_the_wrong_ones() {
    let game = scene();
    let said = |channel| {
        let by = Speaker { seat: Some(0), name: "A".to_owned() };
        Event::Said { by, channel, words: line("hello"), id: None }
    };
    let died = Event::Died { seat: 5, cause: Cause::Killed, role: Some(Citizen) };
    let leaks = [
        (Public, Event::Started { roles: vec![Mafia], setup: game.setup.clone() }),
        (Seat(1), Event::Dealt { role: Mafia }),
        (Public, Event::Dealt { role: Mafia }),
        (Seat(1), Event::Pointed { seat: 0, target: 5 }),
        (Seat(4), Event::Pointed { seat: 0, target: 5 }),
        (Spectators, Event::Pointed { seat: 0, target: 5 }),
        (Seat(4), Event::Contacted { seat: 3 }),
        (Public, done(Deed::Protect, 1, 5)),
        (Seat(0), done(Deed::Protect, 1, 5)),
        (Seat(1), found(Deed::Investigate, 2, 0, true)),
        (Seat(2), found(Deed::Investigate, 2, 0, false)),
        (Seat(0), found(Deed::Probe, 3, 0, true)),
        (Seat(0), done(Deed::Report, 1, 0)),
        (Seat(0), Event::Slept { seat: 1 }),
        (Public, Event::Survived { seat: 5 }),
        (Public, died),
        (Public, Event::Published { by: Some(1), target: 0, role: Mafia }),
        (Public, Event::Balloted { seat: 1, choice: Some(Ballot::Yes) }),
        (Seat(0), Event::Balloted { seat: 1, choice: Some(Ballot::Yes) }),
        (Seat(5), said(Channel::Mafia)),
        (Public, said(Channel::Dead)),
        (Seat(5), said(Channel::Dead)),
        (Seat(5), said(Channel::Spectators)),
        (Public, Event::PhaseEnded { absent: Vec::new() }),
        (Public, Event::Ended { winner: Winner::Mafia, roles: vec![Mafia] }),
    ];
    for (stream, event) in leaks {
        let json = serde_json::to_value(&event).unwrap();
        assert!(Reader { game: &game, stream }.may_hear(&json).is_err(), "{stream:?}: {event:?}");
    }
}

#[test]
fn the_checker_refuses_an_event_that_it_does_not_know() {
    let game = scene();
    let json = serde_json::json!({ "type": "poisoned", "seat": 1 });
    assert!(Reader { game: &game, stream: Public }.may_hear(&json).is_err());
}

#[test]
fn the_checker_refuses_views_of_others() {
    let game = scene();
    assert_eq!(game.phase, Phase::Night);
    let view = |seat| view_of(&game, seat);
    let sees = |seat, view: &serde_json::Value| Reader { game: &game, stream: Seat(seat) }.may_see_mine(view);
    for (seat, _) in game.numbered() {
        assert_eq!(sees(seat, &view(seat)), Ok(()));
        for other in (0..8).filter(|&other| other != seat) {
            assert!(sees(seat, &view(other)).is_err());
        }
    }
    let with = |seat: SeatNo, field: &str, of: SeatNo| {
        let mut view = view(seat);
        view[field] = view_of(&game, of)[field].clone();
        view
    };
    assert!(sees(4, &with(4, "team", 0)).is_err(), "a spy who has found nobody sees the team");
    assert!(sees(5, &with(5, "points", 0)).is_err(), "a citizen sees where the mafia point");
    assert!(sees(1, &with(1, "findings", 2)).is_err(), "a doctor sees what the detective has found");
    assert!(sees(1, &with(1, "role", 2)).is_err(), "a doctor is told that they are a detective");

    let open = serde_json::to_value(public_view(&open(&game))).unwrap();
    assert!(Reader { game: &game, stream: Public }.may_see(&open).is_err(), "everybody sees the roles");
}

fn view_of(game: &Game, seat: SeatNo) -> serde_json::Value {
    serde_json::to_value(my_view(game, seat).unwrap()).unwrap()
}
