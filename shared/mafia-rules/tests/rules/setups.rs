//! Playable set-ups.

use mafia_rules::{Command, Counts, Event, MAX_PLAYERS, MIN_PLAYERS, Options, Phase, Refusal, Role, Setup, public_view};

use crate::kit::{Table, set_up};

fn roles(mafia: u8, spy: u8) -> Counts {
    Counts { mafia, spy, ..Counts::default() }
}

#[test]
fn the_default_roles_are_playable_at_every_size() {
    for players in MIN_PLAYERS..=MAX_PLAYERS {
        assert_eq!(Setup::default().check(players), Ok(()), "{players} players");
        let mut table = Table::with_people(u8::try_from(players).unwrap());
        table.does(0, Command::Start);
        let suited = Counts::suited_to(players);
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Citizen) {
            let dealt = table.game.seats.iter().filter(|seat| seat.role == Some(role)).count();
            assert_eq!(dealt, usize::from(suited.of(role)), "{role:?} among {players}");
        }
        assert_eq!(table.phase(), Phase::Night);
    }
}

#[test]
fn a_game_needs_four_players_and_has_at_most_twenty() {
    assert_eq!(Setup::default().check(3), Err(Refusal::TooFewPlayers));
    assert_eq!(Setup::default().check(21), Err(Refusal::TableFull));
    assert_eq!(Table::with_people(3).refusal(0, &Command::Start), Refusal::TooFewPlayers);
}

#[test]
fn a_game_needs_a_mafia() {
    assert_eq!(roles(0, 0).check(10, true), Err(Refusal::NoMafia));
    assert_eq!(roles(0, 1).check(10, true), Err(Refusal::NoMafia), "spies cannot kill");
}

#[test]
fn refuses_more_roles_than_players() {
    let five = Counts { doctor: 2, detective: 2, ..roles(1, 0) };
    assert_eq!(five.check(5, true), Ok(()));
    assert_eq!(five.check(4, true), Err(Refusal::MoreRolesThanPlayers));
}

#[test]
fn refuses_a_mafia_that_could_win_before_the_first_vote() {
    assert_eq!(roles(2, 0).check(5, false), Ok(()), "two against three");
    assert_eq!(roles(2, 0).check(5, true), Err(Refusal::TooManyMafia), "after the first night two against two");
    assert_eq!(roles(2, 0).check(6, true), Ok(()));
    assert_eq!(roles(1, 1).check(5, true), Err(Refusal::TooManyMafia), "the spy may find the mafia in the first night");
    assert_eq!(roles(2, 0).check(4, false), Err(Refusal::TooManyMafia));
}

#[test]
fn refuses_a_table_of_mafia_only() {
    for players in MIN_PLAYERS..=MAX_PLAYERS {
        let all = u8::try_from(players).unwrap();
        assert_eq!(roles(all, 0).check(players, true), Err(Refusal::TooManyMafia));
        assert_eq!(roles(1, all - 1).check(players, true), Err(Refusal::TooManyMafia));
    }
    assert_eq!(roles(255, 255).check(20, true), Err(Refusal::MoreRolesThanPlayers));
}

#[test]
fn accepts_roles_for_more_players_but_refuses_the_start() {
    let mut table = Table::with_people(4);
    let setup = Setup { roles: Some(roles(2, 0)), ..Setup::default() };
    table.does(0, set_up(setup.clone()));
    assert_eq!(table.events, [Event::SetUp { setup }]);
    assert_eq!(public_view(&table.game).not_yet, Some(Refusal::TooManyMafia));
    assert_eq!(table.refusal(0, &Command::Start), Refusal::TooManyMafia);
    table.joins(4);
    table.joins(5);
    assert_eq!(public_view(&table.game).not_yet, None);
    table.does(0, Command::Start);
}

#[test]
fn refuses_roles_that_no_table_can_play() {
    let table = Table::with_people(4);
    let refusal = |counts: Counts| table.refusal(0, &set_up(Setup { roles: Some(counts), ..Setup::default() }));
    assert_eq!(refusal(roles(0, 0)), Refusal::NoMafia);
    assert_eq!(refusal(roles(10, 0)), Refusal::TooManyMafia);
    assert_eq!(refusal(roles(20, 0)), Refusal::TooManyMafia);
    assert_eq!(refusal(Counts { doctor: 20, ..roles(1, 0) }), Refusal::MoreRolesThanPlayers);
}

#[test]
fn names_an_option_out_of_range() {
    let table = Table::with_people(4);
    let of = Options::default;
    let wrong = [
        ("night_seconds", Options { night_seconds: 0, ..of() }),
        ("dawn_seconds", Options { dawn_seconds: 1801, ..of() }),
        ("talk_seconds", Options { talk_seconds: u32::MAX, ..of() }),
        ("vote_seconds", Options { vote_seconds: 0, ..of() }),
        ("defence_seconds", Options { defence_seconds: 0, ..of() }),
        ("ballot_seconds", Options { ballot_seconds: 0, ..of() }),
        ("dusk_seconds", Options { dusk_seconds: 0, ..of() }),
        ("gone_after", Options { gone_after: 0, ..of() }),
        ("gone_after", Options { gone_after: 51, ..of() }),
    ];
    for (field, options) in wrong {
        let setup = Setup { options, ..Setup::default() };
        let refusal = Refusal::OptionOutOfRange { field: field.to_owned() };
        assert_eq!(table.refusal(0, &set_up(setup.clone())), refusal);
        assert_eq!(setup.check(8), Err(refusal));
    }
}

#[test]
fn an_unchanged_set_up_has_no_event() {
    let mut table = Table::with_people(4);
    table.does(0, set_up(Setup::default()));
    assert_eq!(table.events, []);
}

#[test]
fn the_start_stores_the_default_roles() {
    let mut table = Table::with_people(8);
    assert!(!public_view(&table.game).chosen_roles);
    assert_eq!(public_view(&table.game).roles, Counts::suited_to(8));
    table.does(0, Command::Start);
    assert_eq!(table.game.setup.roles, Some(Counts::suited_to(8)));
}
