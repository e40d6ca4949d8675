//! The roles of two players are exchanged, and nobody else notices: not by a byte, and not by when they get it.

use super::{mouth::HONEST, worlds::Worlds};

#[test]
fn nobody_can_tell_who_of_two_is_who() {
    let mut compared = 0;
    for seed in 50_000..50_800 {
        let mut worlds = Worlds::new(seed, HONEST);
        worlds.run().unwrap_or_else(|leak| panic!("seed {seed}: {leak}"));
        compared += worlds.compared;
    }
    assert!(compared > 20_000, "{compared}");
}
