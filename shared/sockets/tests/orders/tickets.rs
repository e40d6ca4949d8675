//! Tickets as Django 5.2's `signing.dumps` makes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ticket::{Claims, TicketFault, TicketKey};

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// `{"user": 7, "name": "ada", "order": 3}`, made at second 1,800,000,000.
pub(crate) const ADA: &str = "eyJ1c2VyIjo3LCJuYW1lIjoiYWRhIiwib3JkZXIiOjN9:1xocE4:xmeuCCNqpJv8RtYP8YbBgg9nAwLCnLl9idw4olHFjbs";
/// The same with a name in Korean, and user 8.
const ADA_IN_KOREAN: &str =
    "eyJ1c2VyIjo4LCJuYW1lIjoiXHVjNTQ0XHViMmU0Iiwib3JkZXIiOjN9:1xocE4:61ncdnbgbDKpZIowuyX-vZGXz5OeG5Yj1wvPodreG5Y";

pub(crate) fn when_made() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn key() -> TicketKey {
    TicketKey::parse(SECRET.into()).unwrap()
}

#[test]
fn reads_tickets_of_django() {
    assert_eq!(key().open(ADA, when_made()), Ok(Claims { user: 7, name: "ada".into(), order: 3 }));
    assert_eq!(key().open(ADA_IN_KOREAN, when_made()), Ok(Claims { user: 8, name: "아다".into(), order: 3 }));
}

#[test]
fn a_ticket_is_valid_for_half_a_minute() {
    let seconds = Duration::from_secs;
    for good in [when_made() + seconds(30), when_made() - seconds(30)] {
        assert!(key().open(ADA, good).is_ok());
    }
    for bad in [when_made() + seconds(31), when_made() - seconds(31)] {
        assert_eq!(key().open(ADA, bad), Err(TicketFault::Expired));
    }
}

#[test]
fn refuses_a_ticket_that_the_key_has_not_signed() {
    let other = TicketKey::parse(SECRET.replace('0', "1")).unwrap();
    assert_eq!(other.open(ADA, when_made()), Err(TicketFault::Forged));
    let longer = ADA.replace("1xocE4", "1xocF4");
    let another = ADA.replace("eyJ1c2VyIjo3", "eyJ1c2VyIjo4");
    let cut = &ADA[..ADA.len() - 1];
    for forged in ["", ":", "::", "a:b:c", &longer, &another, cut, ADA_IN_KOREAN.trim_start_matches("ey"), "방:방:방"] {
        assert_eq!(key().open(forged, when_made()), Err(TicketFault::Forged), "{forged}");
    }
}

#[test]
fn refuses_a_short_key() {
    let fault = TicketKey::parse("short".into()).err().unwrap().to_string();
    assert!(fault.contains("32 characters") && !fault.contains("short"), "{fault}");
}
