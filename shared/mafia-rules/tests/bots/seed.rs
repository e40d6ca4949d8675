//! Random tables for this suite.

use mafia_rules::{Counts, MAX_PLAYERS, MIN_PLAYERS, Options, Random as _, Role, Setup};

#[path = "../common/split_mix.rs"]
mod split_mix;

pub(crate) use split_mix::Seed;

impl Seed {
    /// A random table size, with a random set-up that it can play.
    pub(crate) fn setup(&mut self) -> (usize, Setup) {
        let players = MIN_PLAYERS + self.below(MAX_PLAYERS - MIN_PLAYERS + 1);
        loop {
            let setup = Setup { roles: self.flip().then(|| self.counts()), options: self.options() };
            if setup.check(players).is_ok() {
                return (players, setup);
            }
        }
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    fn counts(&mut self) -> Counts {
        let mut up_to = |most: usize| u8::try_from(self.below(most + 1)).unwrap();
        Counts::each(|role| if role == Role::Mafia { 1 + up_to(5) } else { up_to(2) })
    }

    fn options(&mut self) -> Options {
        Options {
            first_night_kill: self.flip(),
            doctor_self: self.flip(),
            reveal_roles: self.flip(),
            talk_seconds: 60 + u32::try_from(self.below(60)).unwrap(),
            ..Options::default()
        }
    }
}
