//! Exchanging the roles of two players changes no byte for the other players.

use super::{disclosure::BY_THE_RULES, worlds::Worlds};

#[test]
fn other_players_cannot_distinguish_exchanged_roles() {
    let mut compared = 0;
    for seed in 50_000..50_800 {
        let mut worlds = Worlds::new(seed, BY_THE_RULES);
        worlds.run().unwrap_or_else(|leak| panic!("seed {seed}: {leak}"));
        compared += worlds.compared;
    }
    assert!(compared > 20_000, "{compared}");
}
