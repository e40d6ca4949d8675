//! The choices of the form that opens a table.

use mafia_rules::{Options, Pace, Setup};

/// The set-up behind a choice; `None` for what is none. Nothing chosen is the usual.
pub(super) fn setup(choice: &str) -> Option<Setup> {
    let options = match choice {
        "quick" => quick(),
        "" | "standard" => Options::default(),
        "long" => Options { talk_seconds: 300, night_seconds: 60, ..Options::default() },
        _ => return None,
    };
    Some(Setup { options, ..Setup::default() })
}

/// A whole game in two minutes or so, with bots.
fn quick() -> Options {
    Options {
        night_seconds: 15,
        dawn_seconds: 5,
        talk_seconds: 20,
        vote_seconds: 15,
        defence_seconds: 10,
        ballot_seconds: 10,
        dusk_seconds: 4,
        bots: Pace::Quick,
        ..Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::setup;

    #[test]
    fn every_choice_can_be_played() {
        for choice in ["", "quick", "standard", "long"] {
            assert_eq!(setup(choice).unwrap().check(8), Ok(()), "{choice}");
        }
        assert_eq!(setup("forever"), None);
    }
}
