//! Commands in a wrong phase, from a wrong actor, or with a wrong target.

use mafia_rules::{
    Actor, Ballot, Channel, Command, Counts, Options, Phase, Refusal,
    Role::{Citizen, Detective, Doctor, Mafia, Reporter, Spy},
    SeatNo, Setup,
};

use crate::kit::{
    Table, abstain, accuse, add_bot, ballot, investigate, kick, line, person, point, probe, protect, report, say, set_up, sleep,
};

const PHASES: [Phase; 9] =
    [Phase::Lobby, Phase::Night, Phase::Dawn, Phase::Talk, Phase::Vote, Phase::Defence, Phase::Ballot, Phase::Dusk, Phase::Over];

/// The first day of a game with each role and citizens, in this phase; seat 6 is accused.
fn at(phase: Phase) -> Table {
    if phase == Phase::Lobby {
        return Table::with_people(10);
    }
    let roles = [Mafia, Doctor, Detective, Reporter, Spy, Citizen, Citizen, Citizen, Citizen, Citizen];
    let mut table = Table::of(&roles);
    if phase == Phase::Over {
        table.executes(0);
        return table;
    }
    while table.phase() != phase {
        if table.phase() == Phase::Vote {
            table.does(5, accuse(6));
        }
        table.time_passes();
    }
    table
}

#[test]
fn each_act_is_refused_outside_its_phase() {
    let acts: [(SeatNo, Command, Phase); 12] = [
        (0, point(5), Phase::Night),
        (1, protect(5), Phase::Night),
        (2, investigate(5), Phase::Night),
        (3, report(5), Phase::Night),
        (4, probe(5), Phase::Night),
        (5, sleep(), Phase::Night),
        (5, Command::Shorten, Phase::Talk),
        (5, Command::Lengthen, Phase::Talk),
        (5, accuse(7), Phase::Vote),
        (5, abstain(), Phase::Vote),
        (6, Command::Finish, Phase::Defence),
        (5, ballot(Ballot::Yes), Phase::Ballot),
    ];
    for phase in PHASES {
        let table = at(phase);
        for (seat, command, its_phase) in &acts {
            let wanted = match phase {
                Phase::Lobby => Err(Refusal::NotStarted),
                Phase::Over => Err(Refusal::GameOver),
                phase if phase != *its_phase => Err(Refusal::WrongTime),
                _ => Ok(()),
            };
            let is = table.try_as(&Actor::Seat(*seat), command);
            assert_eq!(is.map(|_| ()), wanted, "{command:?} in {phase:?}");
        }
    }
}

#[test]
fn refuses_changes_of_the_table_in_all_later_phases() {
    for phase in PHASES.into_iter().filter(|phase| *phase != Phase::Lobby) {
        let table = at(phase);
        let wanted = if phase == Phase::Over { Refusal::GameOver } else { Refusal::AlreadyStarted };
        for command in [kick(1), add_bot("x"), set_up(Setup::default()), Command::Start] {
            assert_eq!(table.refusal(0, &command), wanted, "{command:?} in {phase:?}");
        }
        assert_eq!(table.refusal_of(&Actor::Visitor(person(12)), &Command::Join), wanted);
    }
}

#[test]
fn refuses_all_commands_without_a_seat() {
    let unseated = [Actor::Visitor(person(12)), Actor::Seat(10), Actor::Seat(255)];
    let commands = [
        Command::Leave,
        kick(1),
        add_bot("x"),
        set_up(Setup::default()),
        Command::Start,
        point(1),
        sleep(),
        abstain(),
        Command::Finish,
        Command::Again { code: "ABCDEF".to_owned(), gone: None },
        say(Channel::Public, "hello"),
        Command::Tick,
    ];
    for phase in PHASES {
        for actor in &unseated {
            for command in &commands {
                assert_eq!(at(phase).refusal_of(actor, command), Refusal::NotSeated, "{actor:?}, {command:?} in {phase:?}");
            }
        }
    }
}

#[test]
fn only_the_clock_ticks_and_it_does_nothing_else() {
    let clock = Actor::Clock { online: Vec::new() };
    for phase in PHASES {
        let table = at(phase);
        assert_eq!(table.refusal(0, &Command::Tick), Refusal::NotYours);
        assert_eq!(table.refusal_of(&clock, &Command::Start), Refusal::NotYours);
    }
}

#[test]
fn a_tick_before_the_deadline_changes_nothing() {
    for phase in PHASES {
        let mut table = at(phase);
        table.now = table.game.ends_at.map_or(table.now, |ends_at| ends_at - 1);
        let events = table.try_as(&Actor::Clock { online: Vec::new() }, &Command::Tick).unwrap();
        assert_eq!(events, [], "{phase:?}");
    }
}

/// One refusal of each kind, with the situation that causes it.
fn all() -> Vec<Refusal> {
    let lobby = Table::with_people(4);
    let full = Table::with_people(20);
    let mut kicked = Table::with_people(2);
    kicked.does(0, kick(1));
    let night = at(Phase::Night);
    let mut dead = at(Phase::Night);
    dead.night([(0, point(9))]);
    let mut second_night = dead.clone();
    second_night.until(Phase::Night);
    let peaceful = Options { first_night_kill: false, ..Options::default() };
    let peaceful = Table::with(&[Mafia, Doctor, Citizen, Citizen], peaceful);
    let two_mafia = Table::of(&[Mafia, Mafia, Citizen, Citizen, Citizen, Citizen]);
    let private = Table::with(&[Mafia, Doctor, Citizen, Citizen], Options { spectators: false, ..Options::default() });
    let visitor = Actor::Visitor(person(21));
    let nameless = Actor::Visitor(mafia_rules::Player { id: None, name: "Guest".to_owned() });
    let no_talk = Options { talk_seconds: 0, ..Options::default() };
    let with_roles = |roles: Counts| set_up(Setup { roles: Some(roles), ..Setup::default() });
    let counts = Counts { mafia: 1, ..Counts::default() };
    let mut looked = at(Phase::Night);
    looked.does(2, investigate(0));

    vec![
        night.refusal(10, &sleep()),
        lobby.refusal(1, &Command::Start),
        night.refusal(0, &Command::Start),
        lobby.refusal(0, &sleep()),
        at(Phase::Over).refusal(0, &sleep()),
        night.refusal(0, &Command::Again { code: "ABCDEF".to_owned(), gone: None }),
        full.refusal_of(&visitor, &Command::Join),
        kicked.refusal_of(&Actor::Visitor(person(1)), &Command::Join),
        lobby.refusal(0, &kick(9)),
        lobby.refusal(0, &Command::Kick { seat: 1, id: None, name: Some("Z".to_owned()) }),
        Table::with_people(3).refusal(0, &Command::Start),
        lobby.refusal(0, &with_roles(Counts { doctor: 20, ..counts })),
        lobby.refusal(0, &with_roles(Counts { mafia: 0, ..counts })),
        lobby.refusal(0, &with_roles(Counts { mafia: 15, ..counts })),
        lobby.refusal(0, &set_up(Setup { options: no_talk, ..Setup::default() })),
        dead.refusal(9, &sleep()),
        night.refusal(0, &abstain()),
        night.refusal(5, &point(1)),
        second_night.refusal(0, &point(9)),
        night.refusal(0, &point(0)),
        two_mafia.refusal(0, &point(1)),
        peaceful.refusal(0, &point(1)),
        looked.refusal(2, &investigate(1)),
        at(Phase::Ballot).refusal(6, &ballot(Ballot::No)),
        at(Phase::Defence).refusal(5, &Command::Finish),
        night.refusal(5, &say(Channel::Mafia, "hello")),
        night.refusal(5, &say(Channel::Public, "hello")),
        lobby.refusal(0, &say(Channel::Public, " ")),
        lobby.refusal(0, &Command::Say { channel: Channel::Public, words: line(&"x".repeat(301)), id: None }),
        lobby.refusal(0, &say(Channel::Public, "a\u{202e}b")),
        private.refusal_of(&visitor, &say(Channel::Spectators, "hello")),
        lobby.refusal_of(&nameless, &Command::Join),
        lobby.refusal(0, &Command::Tick),
    ]
}

#[test]
fn every_refusal_has_a_situation() {
    let all = all();
    let mut codes: Vec<_> = all.iter().map(Refusal::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len(), "a refusal occurs twice: {codes:?}");
    assert_eq!(codes.len(), 33, "a refusal is missing");
    let others: Vec<_> = Refusal::CODES.iter().filter(|code| !codes.contains(code)).collect();
    assert_eq!(others, [&"host_just_left"], "only the application knows the host's connection");
}

#[test]
fn a_refusal_has_the_same_code_in_json() {
    for refusal in all() {
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(json["code"], refusal.code());
        assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), refusal);
    }
}
