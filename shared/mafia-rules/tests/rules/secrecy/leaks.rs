//! The secrecy tests find leaks that are built in on purpose.

use mafia_rules::{
    Ballot, Cause, Channel, Event, Game, MyView, NightAction, Options, Phase, PublicView,
    Role::{Citizen, Detective, Doctor, Mafia, Spy},
    SeatNo, Speaker,
    Stream::{self, Public, Seat, Spectators},
    Winner, disclose, my_view, public_view,
};

use super::{
    checker::Reader,
    disclosure::{BY_THE_RULES, Disclosure},
    nights::nights,
    worlds::Worlds,
};
use crate::kit::{Table, done, found, investigate, line, point, probe};

/// Also discloses the event to the public if `fits`.
fn leak_to_all(game: &Game, event: &Event, fits: bool) -> Vec<(Stream, Event)> {
    let mut told = disclose(game, event);
    if fits {
        told.push((Public, event.clone()));
    }
    told
}

#[test]
fn exchanged_roles_reveal_a_leak() {
    let leaks: [(&str, Disclosure); 7] = [
        (
            "sleeping seats",
            Disclosure { events: |game, event| leak_to_all(game, event, matches!(event, Event::Slept { .. })), ..BY_THE_RULES },
        ),
        (
            "pointing seats",
            Disclosure { events: |game, event| leak_to_all(game, event, matches!(event, Event::Pointed { .. })), ..BY_THE_RULES },
        ),
        (
            "the reporter",
            Disclosure {
                events: |game, event| leak_to_all(game, event, matches!(event, Event::Published { .. })),
                ..BY_THE_RULES
            },
        ),
        (
            "the roles",
            Disclosure { events: |game, event| leak_to_all(game, event, matches!(event, Event::Started { .. })), ..BY_THE_RULES },
        ),
        ("a public view with roles", Disclosure { public: |game| public_view(&open(game)), ..BY_THE_RULES }),
        ("the view of another seat", Disclosure { mine: |game, seat| my_view(game, next(game, seat)), ..BY_THE_RULES }),
        ("the acts of another seat", Disclosure { mine: acts_of_the_next_seat, ..BY_THE_RULES }),
    ];
    for (leak, disclosure) in leaks {
        let is_found = (0..300).any(|seed| Worlds::new(seed, disclosure).run().is_err());
        assert!(is_found, "{leak}");
    }
}

#[test]
fn the_check_of_nights_finds_leaks() {
    let leaks: [(&str, Disclosure); 4] = [
        ("an empty event", Disclosure { events: |game, event| leak_signal(game, event, Spectators), ..BY_THE_RULES }),
        ("an event to the first seat", Disclosure { events: |game, event| leak_signal(game, event, Seat(0)), ..BY_THE_RULES }),
        ("the number of players that are done", Disclosure { public: leak_done_seats, ..BY_THE_RULES }),
        ("whether any player is done", Disclosure { mine: leak_done, ..BY_THE_RULES }),
    ];
    for (leak, disclosure) in leaks {
        let is_found = (0..20).any(|seed| nights(seed, disclosure).is_err());
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

fn acts_of_the_next_seat(game: &Game, seat: SeatNo) -> Option<MyView> {
    let can = my_view(game, next(game, seat))?.can;
    Some(MyView { can, ..my_view(game, seat)? })
}

fn leak_signal(game: &Game, event: &Event, to: Stream) -> Vec<(Stream, Event)> {
    let mut told = disclose(game, event);
    told.push((to, Event::NobodyDied));
    told
}

fn leak_done_seats(game: &Game) -> PublicView {
    PublicView { balloted: game.night.done.iter().copied().collect(), ..public_view(game) }
}

fn leak_done(game: &Game, seat: SeatNo) -> Option<MyView> {
    Some(MyView { done: !game.night.done.is_empty(), ..my_view(game, seat)? })
}

/// The first night. The mafia point, the detective has investigated seat 0, one of two spies has found the mafia.
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
fn the_checker_refuses_events_to_wrong_receivers() {
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
        (Public, done(NightAction::Protect, 1, 5)),
        (Seat(0), done(NightAction::Protect, 1, 5)),
        (Seat(1), found(NightAction::Investigate, 2, 0, true)),
        (Seat(2), found(NightAction::Investigate, 2, 0, false)),
        (Seat(0), found(NightAction::Probe, 3, 0, true)),
        (Seat(0), done(NightAction::Report, 1, 0)),
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
        assert!(Reader { game: &game, stream }.check_event(&json).is_err(), "{stream:?}: {event:?}");
    }
}

#[test]
fn the_checker_refuses_unknown_events() {
    let game = scene();
    let json = serde_json::json!({ "type": "poisoned", "seat": 1 });
    assert!(Reader { game: &game, stream: Public }.check_event(&json).is_err());
}

#[test]
fn the_checker_refuses_views_of_other_players() {
    let game = scene();
    assert_eq!(game.phase, Phase::Night);
    let view = |seat| view_of(&game, seat);
    let sees = |seat, view: &serde_json::Value| Reader { game: &game, stream: Seat(seat) }.check_own_view(view);
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
    assert!(sees(4, &with(4, "team", 0)).is_err(), "a spy outside the team sees the team");
    assert!(sees(5, &with(5, "points", 0)).is_err(), "a citizen sees the targets of the mafia");
    assert!(sees(1, &with(1, "findings", 2)).is_err(), "a doctor sees the detective's findings");
    assert!(sees(1, &with(1, "role", 2)).is_err(), "a doctor sees the role of detective as their own");

    let open = serde_json::to_value(public_view(&open(&game))).unwrap();
    assert!(Reader { game: &game, stream: Public }.check_json(&open).is_err(), "the public view shows the roles");
}

fn view_of(game: &Game, seat: SeatNo) -> serde_json::Value {
    serde_json::to_value(my_view(game, seat).unwrap()).unwrap()
}
