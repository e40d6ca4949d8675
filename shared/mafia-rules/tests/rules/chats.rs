//! Chat messages.

use mafia_rules::{
    Actor, Channel, Command, Event, Options, Player, Refusal,
    Role::{Citizen, Doctor, Mafia},
    Speaker, Stream, Words,
};
use uuid::Uuid;

use crate::kit::{Table, add_bot, line, person, point, say};

fn with_id(text: &str, id: u128) -> Command {
    Command::Say { channel: Channel::Public, words: line(text), id: Some(Uuid::from_u128(id)) }
}

#[test]
fn public_messages_go_to_all() {
    let mut table = Table::with_people(2);
    table.does(1, say(Channel::Public, "hello"));
    let by = Speaker { seat: Some(1), name: "B".to_owned() };
    let said = Event::Said { by, channel: Channel::Public, words: line("hello"), id: None };
    assert_eq!(table.events, std::slice::from_ref(&said));
    assert_eq!(table.receivers(&said), [Stream::Public]);
}

#[test]
fn dead_players_share_a_channel() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.night([(0, point(5))]);
    table.executes(4);
    table.does(5, say(Channel::Dead, "boo"));
    let boo = table.events[0].clone();
    assert_eq!(table.receivers(&boo), [Stream::Seat(4), Stream::Seat(5)]);
    assert_eq!(table.refusal(5, &say(Channel::Public, "boo")), Refusal::Dead);
    assert_eq!(table.refusal(0, &say(Channel::Dead, "boo")), Refusal::NotYourChannel);
}

#[test]
fn spectators_share_a_channel() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    let visitor = Actor::Visitor(person(9));
    let events = table.try_as(&visitor, &say(Channel::Spectators, "seat 0!")).unwrap();
    table.happens(events);
    let said = table.events[0].clone();
    assert_eq!(table.receivers(&said), [Stream::Spectators]);
    for channel in [Channel::Public, Channel::Mafia, Channel::Dead] {
        assert_eq!(table.refusal_of(&visitor, &say(channel, "hello")), Refusal::NotSeated);
    }
    assert_eq!(table.refusal(0, &say(Channel::Spectators, "hello")), Refusal::NotYourChannel);
}

#[test]
fn guests_may_watch_but_not_write() {
    let table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    let guest = Actor::Visitor(Player { id: None, name: "Guest".to_owned() });
    assert_eq!(table.refusal_of(&guest, &say(Channel::Spectators, "hello")), Refusal::NotSignedIn);
}

#[test]
fn a_table_without_spectators_refuses_their_messages() {
    let options = Options { spectators: false, ..Options::default() };
    let table = Table::with(&[Mafia, Doctor, Citizen, Citizen], options);
    let visitor = Actor::Visitor(person(9));
    assert_eq!(table.refusal_of(&visitor, &say(Channel::Spectators, "hello")), Refusal::NoSpectators);
}

#[test]
fn refuses_empty_messages_and_those_over_300_characters() {
    let mut table = Table::with_people(1);
    assert_eq!(table.refusal(0, &say(Channel::Public, "")), Refusal::EmptyLine);
    assert_eq!(table.refusal(0, &say(Channel::Public, " \n\t\u{200b}\u{fe0f}")), Refusal::EmptyLine);
    assert_eq!(table.refusal(0, &say(Channel::Public, &"마".repeat(301))), Refusal::LineTooLong);
    table.does(0, say(Channel::Public, &format!("  {} ", "마".repeat(300))));
    let Some(Event::Said { words: Words::Text(text), .. }) = table.events.first() else { panic!("{:?}", table.events) };
    assert_eq!(text, &"마".repeat(300));
}

#[test]
fn refuses_control_characters_and_those_that_reorder_text() {
    let mut table = Table::with_people(1);
    for bad in ["one\u{7}", "\u{1b}[1m", "a\u{202e}b", "a\u{2067}b", "a\u{1}", "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}"] {
        assert_eq!(table.refusal(0, &say(Channel::Public, bad)), Refusal::BadCharacter, "{bad:?}");
    }
    table.does(0, say(Channel::Public, "one\r\n👨\u{200d}👩\u{200d}👧"));
    let Some(Event::Said { words, .. }) = table.events.first() else { panic!("{:?}", table.events) };
    assert_eq!(*words, line("one\n👨\u{200d}👩\u{200d}👧"));
}

#[test]
fn ignores_a_repeated_message_id() {
    let mut table = Table::with_people(2);
    table.does(0, with_id("hello", 7));
    assert_eq!(table.events.len(), 1);
    table.does(0, with_id("hello", 7));
    assert_eq!(table.events, []);
    table.does(1, with_id("hello", 7));
    assert_eq!(table.events.len(), 1, "each sender has their own ids");
    table.does(0, with_id("hello", 8));
    assert_eq!(table.events.len(), 1);
    table.does(0, say(Channel::Public, "hello"));
    table.does(0, say(Channel::Public, "hello"));
    assert_eq!(table.events.len(), 1, "without an id no message is a repetition");
}

#[test]
fn accepts_a_repeated_message_after_the_channel_has_closed() {
    let mut table = Table::with_people(4);
    table.does(0, with_id("let us begin", 7));
    table.does(0, Command::Start);
    table.does(0, with_id("let us begin", 7));
    assert_eq!(table.events, []);
    assert_eq!(table.refusal(0, &with_id("and go", 8)), Refusal::Quiet);
}

#[test]
fn only_bots_send_phrases() {
    let mut table = Table::with_people(1);
    table.does(0, add_bot("x"));
    let words = Words::Phrase { phrase: "suspect".to_owned(), about: Some(0) };
    let phrase = Command::Say { channel: Channel::Public, words, id: None };
    assert_eq!(table.refusal(0, &phrase), Refusal::NotYours);
    table.does(1, phrase);
}
