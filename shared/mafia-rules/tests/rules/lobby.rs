//! The lobby: seats and host.

use mafia_rules::{Actor, Command, Event, Player, Refusal, Setup, public_view};

use crate::kit::{Table, add_bot, kick, person, set_up};

/// The names of the seated players, and the host's name.
fn sitting(table: &Table) -> (String, Option<&str>) {
    let names = table.game.seats.iter().map(|seat| seat.player.name.as_str()).collect();
    (names, table.game.host.map(|host| table.game.seat(host).unwrap().player.name.as_str()))
}

#[test]
fn the_first_player_is_the_host() {
    let mut table = Table::empty();
    table.joins(0);
    assert_eq!(table.events, [Event::Joined { player: person(0) }, Event::HostIs { seat: Some(0) }]);
    table.joins(1);
    assert_eq!(table.events, [Event::Joined { player: person(1) }]);
}

#[test]
fn joining_twice_keeps_the_seat() {
    let mut table = Table::with_people(2);
    table.does(1, Command::Join);
    assert_eq!(table.events, []);
    table.joins(1);
    assert_eq!(sitting(&table), ("AB".to_owned(), Some("A")));
}

#[test]
fn refuses_a_seat_to_guests() {
    let guest = Actor::Visitor(Player { id: None, name: "Nobody".to_owned() });
    assert_eq!(Table::with_people(1).refusal_of(&guest, &Command::Join), Refusal::NotSignedIn);
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
fn seats_move_up_when_a_player_leaves_the_lobby() {
    let mut table = Table::with_people(4);
    table.does(0, Command::Leave);
    assert_eq!(sitting(&table), ("BCD".to_owned(), Some("B")), "the next human player becomes host");
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
fn a_removed_player_may_not_come_back() {
    let mut table = Table::with_people(3);
    table.does(0, kick(1));
    assert_eq!(table.events, [Event::StoodUp { seat: 1, name: "B".to_owned(), kicked: true }]);
    assert_eq!(table.refusal_of(&Actor::Visitor(person(1)), &Command::Join), Refusal::SentAway);
    table.does(1, Command::Leave);
    table.joins(2);
    assert_eq!(sitting(&table), ("AC".to_owned(), Some("A")), "a player who left may join again");
}

#[test]
fn refuses_to_remove_the_host_or_an_empty_seat() {
    let table = Table::with_people(3);
    assert_eq!(table.refusal(0, &kick(0)), Refusal::NotYourself);
    assert_eq!(table.refusal(0, &kick(3)), Refusal::NoSuchSeat);
}

#[test]
fn refuses_to_remove_another_player_on_a_moved_seat() {
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
fn another_player_takes_over_as_host() {
    let mut table = Table::with_people(3);
    table.does(2, Command::TakeOver);
    assert_eq!(table.events, [Event::HostIs { seat: Some(2) }]);
    table.does(2, Command::TakeOver);
    assert_eq!(table.events, []);
    assert_eq!(table.refusal(0, &kick(1)), Refusal::NotHost);
    assert_eq!(table.refusal_of(&Actor::Visitor(person(9)), &Command::TakeOver), Refusal::NotSeated);

    table.joins(3);
    table.does(2, Command::Start);
    assert_eq!(table.refusal(0, &Command::TakeOver), Refusal::AlreadyStarted);
}

#[test]
fn bots_leave_with_the_last_human_player() {
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
fn only_the_host_changes_the_table() {
    let table = Table::with_people(4);
    for command in [kick(2), add_bot("x"), set_up(Setup::default()), Command::Start] {
        assert_eq!(table.refusal(1, &command), Refusal::NotHost, "{command:?}");
    }
}

#[test]
fn refuses_changes_of_the_table_after_the_start() {
    let mut table = Table::with_people(4);
    table.does(0, Command::Start);
    for command in [kick(2), add_bot("x"), set_up(Setup::default()), Command::Start] {
        assert_eq!(table.refusal(0, &command), Refusal::AlreadyStarted, "{command:?}");
    }
    assert_eq!(table.refusal_of(&Actor::Visitor(person(9)), &Command::Join), Refusal::AlreadyStarted);
}
