//! The table before the start: who sits, and who is the host.

use mafia_rules::{Actor, Command, Event, Player, Refusal, Setup, public_view};

use crate::kit::{Table, add_bot, kick, person, set_up};

/// The names around the table, and the host's.
fn sitting(table: &Table) -> (String, Option<&str>) {
    let names = table.game.seats.iter().map(|seat| seat.player.name.as_str()).collect();
    (names, table.game.host.map(|host| table.game.seat(host).unwrap().player.name.as_str()))
}

#[test]
fn who_sits_down_first_is_the_host() {
    let mut table = Table::empty();
    table.joins(0);
    assert_eq!(table.news, [Event::Joined { player: person(0) }, Event::HostIs { seat: Some(0) }]);
    table.joins(1);
    assert_eq!(table.news, [Event::Joined { player: person(1) }]);
}

#[test]
fn who_sits_already_stays_where_they_are() {
    let mut table = Table::with_people(2);
    table.does(1, Command::Join);
    assert_eq!(table.news, []);
    table.joins(1);
    assert_eq!(sitting(&table), ("AB".to_owned(), Some("A")));
}

#[test]
fn a_seat_needs_a_name_of_one_s_own() {
    let nobody = Actor::Visitor(Player { id: None, name: "Nobody".to_owned() });
    assert_eq!(Table::with_people(1).refusal_of(&nobody, &Command::Join), Refusal::NotSignedIn);
}

#[test]
fn a_table_has_twenty_seats() {
    let mut table = Table::with_people(20);
    assert_eq!(table.refusal_of(&Actor::Visitor(person(20)), &Command::Join), Refusal::TableFull);
    assert_eq!(table.refusal(0, &add_bot("Bot")), Refusal::TableFull);
    table.does(7, Command::Leave);
    table.joins(20);
}

#[test]
fn those_behind_move_up_and_the_host_is_still_the_host() {
    let mut table = Table::with_people(4);
    table.does(0, Command::Leave);
    assert_eq!(sitting(&table), ("BCD".to_owned(), Some("B")), "a host who goes hands the table on");
    table.does(2, Command::Leave);
    assert_eq!(sitting(&table), ("BC".to_owned(), Some("B")));

    let mut table = Table::with_people(1);
    table.does(0, add_bot("x"));
    table.joins(1);
    table.does(0, Command::Leave);
    assert_eq!(sitting(&table), ("xB".to_owned(), Some("B")), "a bot is never the host");
    table.does(1, kick(0));
    assert_eq!(sitting(&table), ("B".to_owned(), Some("B")));
}

#[test]
fn who_is_sent_away_may_not_come_back() {
    let mut table = Table::with_people(3);
    table.does(0, kick(1));
    assert_eq!(table.news, [Event::StoodUp { seat: 1, name: "B".to_owned(), kicked: true }]);
    assert_eq!(table.refusal_of(&Actor::Visitor(person(1)), &Command::Join), Refusal::SentAway);
    table.does(1, Command::Leave);
    table.joins(2);
    assert_eq!(sitting(&table), ("AC".to_owned(), Some("A")), "who went of their own may");
}

#[test]
fn nobody_is_sent_away_by_themselves_or_from_nowhere() {
    let table = Table::with_people(3);
    assert_eq!(table.refusal(0, &kick(0)), Refusal::NotYourself);
    assert_eq!(table.refusal(0, &kick(3)), Refusal::NoSuchSeat);
}

#[test]
fn nobody_is_sent_away_for_having_moved_up() {
    let mut table = Table::with_people(4);
    let the_third = || Command::Kick { seat: 2, id: Some(3), name: None };
    table.does(1, Command::Leave);
    assert_eq!(table.refusal(0, &the_third()), Refusal::SomebodyElse, "D sits there by now");
    table.joins(4);
    table.does(0, Command::Kick { seat: 2, id: Some(4), name: None });
    assert_eq!(sitting(&table).0, "ACE");
}

#[test]
fn a_kick_spares_the_next_player_of_the_same_name() {
    let mut table = Table::with_people(2);
    for _ in 0..2 {
        table.does(0, add_bot("Twin"));
    }
    let id = public_view(&table.game).seats[2].id;
    let the_first_twin = Command::Kick { seat: 2, id: Some(id), name: None };
    table.does(0, the_first_twin.clone());
    assert_eq!(table.refusal(0, &the_first_twin), Refusal::SomebodyElse, "the second twin sits there by now");
    table.does(0, add_bot("Twin"));
    let ids: Vec<_> = public_view(&table.game).seats.iter().map(|seat| seat.id).collect();
    assert_eq!(ids, [1, 2, 4, 5], "no id is given twice");
}

#[test]
fn somebody_else_takes_the_table_over() {
    let mut table = Table::with_people(3);
    table.does(2, Command::TakeOver);
    assert_eq!(table.news, [Event::HostIs { seat: Some(2) }]);
    table.does(2, Command::TakeOver);
    assert_eq!(table.news, []);
    assert_eq!(table.refusal(0, &kick(1)), Refusal::NotHost);
    assert_eq!(table.refusal_of(&Actor::Visitor(person(9)), &Command::TakeOver), Refusal::NotSeated);

    table.joins(3);
    table.does(2, Command::Start);
    assert_eq!(table.refusal(0, &Command::TakeOver), Refusal::AlreadyStarted);
}

#[test]
fn bots_alone_do_not_keep_a_table() {
    let mut table = Table::with_people(1);
    table.does(0, add_bot("x"));
    table.does(0, add_bot("y"));
    assert_eq!(sitting(&table), ("Axy".to_owned(), Some("A")));
    table.does(0, Command::Leave);
    assert_eq!(sitting(&table), (String::new(), None));
    table.joins(3);
    assert_eq!(sitting(&table), ("D".to_owned(), Some("D")));
}

#[test]
fn only_the_host_arranges_the_table() {
    let table = Table::with_people(4);
    for command in [kick(2), add_bot("x"), set_up(Setup::default()), Command::Start] {
        assert_eq!(table.refusal(1, &command), Refusal::NotHost, "{command:?}");
    }
}

#[test]
fn once_it_has_begun_the_table_is_arranged() {
    let mut table = Table::with_people(4);
    table.does(0, Command::Start);
    for command in [kick(2), add_bot("x"), set_up(Setup::default()), Command::Start] {
        assert_eq!(table.refusal(0, &command), Refusal::AlreadyStarted, "{command:?}");
    }
    assert_eq!(table.refusal_of(&Actor::Visitor(person(9)), &Command::Join), Refusal::AlreadyStarted);
}
