//! Which set-ups can be played.

use mafia_rules::{Command, Counts, Event, MAX_PLAYERS, MIN_PLAYERS, Options, Phase, Refusal, Role, Setup, public_view};

use crate::kit::{Table, set_up};

fn roles(mafia: u8, spy: u8) -> Counts {
    Counts { mafia, spy, ..Counts::default() }
}

#[test]
fn every_size_of_table_can_be_played_with_its_default_roles() {
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
    assert_eq!(roles(0, 1).check(10, true), Err(Refusal::NoMafia), "spies alone kill nobody");
}

#[test]
fn roles_are_not_more_than_players() {
    let five = Counts { doctor: 2, detective: 2, ..roles(1, 0) };
    assert_eq!(five.check(5, true), Ok(()));
    assert_eq!(five.check(4, true), Err(Refusal::MoreRolesThanPlayers));
}

#[test]
fn the_others_outnumber_the_mafia_s_side_at_the_first_vote() {
    assert_eq!(roles(2, 0).check(5, false), Ok(()), "two against three");
    assert_eq!(roles(2, 0).check(5, true), Err(Refusal::TooManyMafia), "after the first night two against two");
    assert_eq!(roles(2, 0).check(6, true), Ok(()));
    assert_eq!(roles(1, 1).check(5, true), Err(Refusal::TooManyMafia), "the spy may find the mafia in the first night");
    assert_eq!(roles(2, 0).check(4, false), Err(Refusal::TooManyMafia));
}

#[test]
fn a_table_of_mafia_alone_is_refused_too() {
    for players in MIN_PLAYERS..=MAX_PLAYERS {
        let all = u8::try_from(players).unwrap();
        assert_eq!(roles(all, 0).check(players, true), Err(Refusal::TooManyMafia));
        assert_eq!(roles(1, all - 1).check(players, true), Err(Refusal::TooManyMafia));
    }
    assert_eq!(roles(255, 255).check(20, true), Err(Refusal::MoreRolesThanPlayers));
}

#[test]
fn roles_for_more_players_than_sit_here_may_be_set_and_refuse_the_start() {
    let mut table = Table::with_people(4);
    let setup = Setup { roles: Some(roles(2, 0)), ..Setup::default() };
    table.does(0, set_up(setup.clone()));
    assert_eq!(table.news, [Event::SetUp { setup }]);
    assert_eq!(public_view(&table.game).not_yet, Some(Refusal::TooManyMafia));
    assert_eq!(table.refusal(0, &Command::Start), Refusal::TooManyMafia);
    table.joins(4);
    table.joins(5);
    assert_eq!(public_view(&table.game).not_yet, None);
    table.does(0, Command::Start);
}

#[test]
fn what_no_table_can_play_is_not_set() {
    let table = Table::with_people(4);
    let refusal = |counts: Counts| table.refusal(0, &set_up(Setup { roles: Some(counts), ..Setup::default() }));
    assert_eq!(refusal(roles(0, 0)), Refusal::NoMafia);
    assert_eq!(refusal(roles(10, 0)), Refusal::TooManyMafia);
    assert_eq!(refusal(roles(20, 0)), Refusal::TooManyMafia);
    assert_eq!(refusal(Counts { doctor: 20, ..roles(1, 0) }), Refusal::MoreRolesThanPlayers);
}

#[test]
fn an_option_out_of_its_range_is_named() {
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
fn the_set_up_that_is_there_already_is_no_news() {
    let mut table = Table::with_people(4);
    table.does(0, set_up(Setup::default()));
    assert_eq!(table.news, []);
}

#[test]
fn default_roles_stay_as_they_were_dealt() {
    let mut table = Table::with_people(8);
    assert!(!public_view(&table.game).chosen_roles);
    assert_eq!(public_view(&table.game).roles, Counts::suited_to(8));
    table.does(0, Command::Start);
    assert_eq!(table.game.setup.roles, Some(Counts::suited_to(8)));
}
