//! Compares the tables of the README with the code.

use std::collections::BTreeSet;

use mafia_rules::{
    Channel, Counts, Event, Game, Options, Phase, Refusal,
    Role::{self, Citizen, Doctor, Mafia, Spy},
    SeatNo, Side, Stream, evolve, may_write, readers,
};

use crate::kit::{Table, point, probe};

const README: &str = include_str!("../../README.md");

/// The rows of the table whose first column has this title, including the row of titles.
fn rows(title: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let start = format!("| {title} |");
    let table = README.lines().skip_while(|line| !line.starts_with(&start)).take_while(|line| line.starts_with('|'));
    let rows: Vec<_> = table.filter(|line| !line.starts_with("| ---")).map(cells).collect();
    assert!(rows.len() > 1, "the README has no table of {title}");
    rows
}

/// Reads "4–6" or "7".
fn range(text: &str) -> std::ops::RangeInclusive<u32> {
    let (from, to) = text.split_once('–').unwrap_or((text, text));
    from.parse().unwrap()..=to.parse().unwrap()
}

#[test]
fn default_roles() {
    let rows = rows("players");
    let counted = serde_json::to_value(Counts::default()).unwrap();
    let columns: BTreeSet<_> = rows[0][1..].iter().collect();
    assert_eq!(columns, counted.as_object().unwrap().keys().collect(), "every role has a column");
    let mut sizes = Vec::new();
    for row in &rows[1..] {
        for players in range(&row[0]) {
            let suited = serde_json::to_value(Counts::suited_to(usize::try_from(players).unwrap())).unwrap();
            for (role, count) in rows[0].iter().zip(row).skip(1) {
                assert_eq!(suited[role].to_string(), *count, "{role} among {players}");
            }
            sizes.push(players);
        }
    }
    assert_eq!(sizes, (4..=20).collect::<Vec<_>>());
}

#[test]
fn roles() {
    let rows = rows("role");
    let named: Vec<_> = rows[1..].iter().map(|row| row[0].split(' ').next().unwrap()).collect();
    assert_eq!(named.len(), Role::ALL.len());
    for role in Role::ALL {
        let row = named.iter().position(|name| *name == role.as_str()).unwrap_or_else(|| panic!("{role:?} has no row"));
        let side = match role.side() {
            Side::Mafia => "the mafia",
            Side::Citizens => "the citizens",
            Side::Joker => "themselves",
        };
        assert_eq!(rows[row + 1][1], side, "{role:?}");
        assert_eq!(rows[row + 1][2].starts_with("nothing"), role.night_action().is_none(), "{role:?}");
    }
}

#[test]
fn options() {
    let defaults = serde_json::to_value(Options::default()).unwrap();
    let rows = rows("option");
    assert_eq!(rows.len() - 1, defaults.as_object().unwrap().len(), "every option has a row");
    for row in &rows[1..] {
        let name = row[0].trim_matches('`');
        assert_eq!(defaults[name].to_string().trim_matches('"'), row[1], "{name}");
        let bounds = match name {
            "gone_after" => u32::from(*Options::GONE_AFTER.start())..=u32::from(*Options::GONE_AFTER.end()),
            name if name.ends_with("_seconds") => Options::SECONDS,
            _ => continue,
        };
        assert_eq!(range(&row[2]), bounds, "{name}");
    }
}

/// The players that the words of the table of talk stand for.
const ACCUSED: SeatNo = 5;
const DEAD: SeatNo = 6;
const DEAD_MAFIA: SeatNo = 1;
const LEFT: SeatNo = 7;

/// A game in this phase with all kinds of readers. Mafia: seat 0, and 1, which is dead. Spies: 2 in the team, 3 outside. Others: from 4 on.
fn scene(phase: Phase) -> Game {
    if phase == Phase::Lobby {
        return Table::with_people(12).game;
    }
    let mut table = Table::of(&[Mafia, Mafia, Spy, Spy, Citizen, Citizen, Doctor, Citizen, Citizen, Citizen, Citizen, Citizen]);
    table.night([(0, point(DEAD)), (2, probe(0))]);
    table.executes(DEAD_MAFIA);
    let mut game = table.game;
    evolve(&mut game, &Event::Left { seat: LEFT });
    evolve(&mut game, &Event::PhaseBegan { phase, day: 2, ends_at: table.now + 1 });
    evolve(&mut game, &Event::Accused { seat: ACCUSED });
    game
}

/// The readers or writers that a word stands for; `None` is a spectator.
fn meant(game: &Game, word: &str) -> Vec<Option<SeatNo>> {
    let gathered = game.phase == Phase::Lobby;
    let seats: Vec<SeatNo> = match word {
        "everybody" => return (0..12).map(Some).chain([None]).collect(),
        "unseated" => return vec![None],
        "nobody" => Vec::new(),
        "seated" => (0..12).collect(),
        "living" => (0..12).filter(|seat| ![DEAD, DEAD_MAFIA].contains(seat)).collect(),
        "accused" => vec![ACCUSED],
        "team" if gathered => Vec::new(),
        "team" => vec![0, 2],
        "dead" if gathered => Vec::new(),
        "dead" => vec![DEAD_MAFIA, DEAD],
        other => panic!("the table of talk says {other:?}"),
    };
    seats.into_iter().map(Some).collect()
}

fn named<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(name.into()).unwrap()
}

#[test]
fn readers_and_writers_of_channels() {
    let rows = rows("channel");
    assert_eq!((rows.len() - 1, rows[0].len() - 2), (Channel::ALL.len(), 9), "every channel, every phase");
    for (phase, column) in rows[0].iter().skip(2).zip(2..) {
        let game = scene(named(phase));
        for row in &rows[1..] {
            let channel: Channel = named(&row[0]);
            let may_read: Vec<_> = meant(&game, &row[1]);
            assert_eq!(readers_of(&game, channel), may_read, "readers of {channel:?} in {phase}");
            let writes: Vec<_> = meant(&game, &row[column]);
            let everybody = (0..12).map(Some).chain([None]);
            let wanted: Vec<_> = everybody
                .clone()
                .filter(|who| writes.contains(who) && (*who != Some(LEFT) || game.phase == Phase::Lobby))
                .collect();
            let is: Vec<_> = everybody.filter(|&who| may_write(&game, who, channel).is_ok()).collect();
            assert_eq!(is, wanted, "writers of {channel:?} in {phase}");
        }
    }
}

fn readers_of(game: &Game, channel: Channel) -> Vec<Option<SeatNo>> {
    let of = |stream: Stream| -> Vec<Option<SeatNo>> {
        match stream {
            Stream::Public => (0..12).map(Some).chain([None]).collect(),
            Stream::Spectators => vec![None],
            Stream::Seat(seat) => vec![Some(seat)],
        }
    };
    readers(game, channel).into_iter().flat_map(of).collect()
}

#[test]
fn a_table_without_spectators_closes_their_channel_at_the_start() {
    for phase in [Phase::Lobby, Phase::Night, Phase::Talk, Phase::Over] {
        let mut game = scene(phase);
        game.setup.options.spectators = false;
        let wanted = if phase == Phase::Lobby { Ok(()) } else { Err(Refusal::NoSpectators) };
        assert_eq!(may_write(&game, None, Channel::Spectators), wanted);
    }
}
