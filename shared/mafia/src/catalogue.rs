//! The catalogue of roles, phases and options for the pages' modules. It is the same for all tables and users.

use std::collections::BTreeMap;

use mafia_rules::{Counts, MAX_PLAYERS, NightAction, Options, Pace, Phase, Role, Side, secret_types};
use serde::Serialize;

/// The public facts about roles, phases and options.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    /// In the order of the pages.
    roles: Vec<RoleEntry>,
    phases: BTreeMap<Phase, PhaseEntry>,
    /// The types of the events that are disclosed to some players only.
    secret_events: Vec<&'static str>,
    options: OptionsEntry,
    max_players: usize,
}

/// A role.
#[derive(Debug, Serialize)]
struct RoleEntry {
    name: Role,
    side: Side,
    /// The role's emoji.
    sign: &'static str,
    deed: Option<NightAction>,
    /// Whether the host chooses its number.
    choosable: bool,
}

/// The display of a phase.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct PhaseEntry {
    /// The sound at its start.
    sound: Option<&'static str>,
    /// Shows the number of votes for each player.
    counts_names: bool,
    /// Draws a line for each vote.
    draws_names: bool,
    /// Highlights the accused.
    has_accused: bool,
    /// All living players have something to do: the page announces the last seconds.
    all_act: bool,
}

/// The options of a table, in the order of a page.
#[derive(Debug, Serialize)]
struct OptionsEntry {
    lengths: Vec<&'static str>,
    switches: Vec<&'static str>,
    /// The range of a length, in seconds.
    seconds: [u32; 2],
    gone_after: [u8; 2],
    bots: [Pace; 3],
    paces: Vec<PaceEntry>,
}

/// A predefined set of options.
#[derive(Debug, Serialize)]
struct PaceEntry {
    name: &'static str,
    options: Options,
}

/// Builds the catalogue.
#[must_use]
pub fn catalogue() -> Catalogue {
    Catalogue {
        roles: Role::ALL.map(role).into(),
        phases: Phase::ALL.into_iter().map(|each| (each, phase(each))).collect(),
        secret_events: secret_types().collect(),
        options: options(),
        max_players: MAX_PLAYERS,
    }
}

fn role(role: Role) -> RoleEntry {
    let choosable = Counts::each(|_| 1).of(role) == 1;
    RoleEntry { name: role, side: role.side(), sign: role.sign(), deed: role.night_action(), choosable }
}

fn phase(phase: Phase) -> PhaseEntry {
    let none = PhaseEntry::default();
    match phase {
        Phase::Lobby | Phase::Dusk | Phase::Over => none,
        Phase::Night => PhaseEntry { sound: Some("night"), all_act: true, ..none },
        Phase::Dawn => PhaseEntry { sound: Some("dawn"), ..none },
        Phase::Talk => PhaseEntry { all_act: true, ..none },
        Phase::Vote => PhaseEntry { sound: Some("vote"), counts_names: true, draws_names: true, all_act: true, ..none },
        Phase::Defence => PhaseEntry { counts_names: true, draws_names: true, has_accused: true, ..none },
        Phase::Ballot => PhaseEntry { sound: Some("vote"), counts_names: true, has_accused: true, all_act: true, ..none },
    }
}

fn options() -> OptionsEntry {
    let usual = Options::default();
    OptionsEntry {
        lengths: usual.lengths().map(|(name, _)| name).to_vec(),
        switches: usual.switches().map(|(name, _)| name).to_vec(),
        seconds: [*Options::SECONDS.start(), *Options::SECONDS.end()],
        gone_after: [*Options::GONE_AFTER.start(), *Options::GONE_AFTER.end()],
        bots: Pace::ALL,
        paces: Options::PRESETS.iter().filter_map(|name| Some(PaceEntry { name, options: Options::preset(name)? })).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;

    fn names(list: &Value) -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_page_offers_every_option() {
        let options = json!(catalogue())["options"].take();
        let mut shown = names(&options["lengths"]);
        shown.extend(names(&options["switches"]));
        shown.extend(["gone_after", "bots"].map(str::to_owned));
        let usual = json!(Options::default());
        assert_eq!(shown, usual.as_object().unwrap().keys().cloned().collect());
        assert_eq!(options["paces"].as_array().unwrap().len(), Options::PRESETS.len());
    }

    #[test]
    fn every_role_has_a_unique_sign_and_all_but_citizens_a_number() {
        let roles = json!(catalogue())["roles"].take();
        let roles = roles.as_array().unwrap();
        let signs: BTreeSet<_> = roles.iter().map(|role| role["sign"].as_str().unwrap()).collect();
        assert!(signs.len() == Role::ALL.len() && signs.iter().all(|sign| !sign.is_empty()));
        let choosable =
            roles.iter().filter(|role| role["choosable"] == true).map(|role| role["name"].as_str().unwrap().to_owned());
        assert_eq!(choosable.collect::<BTreeSet<_>>(), json!(Counts::default()).as_object().unwrap().keys().cloned().collect());
    }

    #[test]
    fn every_phase_has_an_entry() {
        let phases = json!(catalogue())["phases"].take();
        assert!(Phase::ALL.iter().all(|phase| phases[phase.as_str()].is_object()));
    }
}
