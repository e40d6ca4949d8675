//! The choices of the form that opens a table.

use mafia_rules::{Options, Setup};

/// The set-up of a choice; an empty one is the standard. `None` for an unknown choice.
pub(super) fn setup(choice: &str) -> Option<Setup> {
    let name = if choice.is_empty() { "standard" } else { choice };
    Options::preset(name).map(|options| Setup { options, ..Setup::default() })
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
