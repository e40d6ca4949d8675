//! Random moves.

use mafia_rules::{Act, Actor, Ballot, Can, Channel, Command, Counts, Game, NightAction, Random, SeatNo, Setup, can};
use uuid::Uuid;

use crate::kit::{Seed, line, person};

const BALLOTS: [Ballot; 3] = [Ballot::Yes, Ballot::No, Ballot::Abstain];

/// The next move; mostly a legal one.
pub(crate) fn random_move(game: &Game, chance: &mut Seed) -> (Actor, Command) {
    match chance.below(100) {
        0..70 => legal(game, chance),
        70..82 => (Actor::Clock { online: some_seats(game, chance) }, Command::Tick),
        82..92 => (random_actor(chance), talk(chance)),
        _ => (random_actor(chance), anything(chance)),
    }
}

fn legal(game: &Game, chance: &mut Seed) -> (Actor, Command) {
    let seats: Vec<SeatNo> = game.awaited().collect();
    let Some(seat) = chance.one_of(&seats) else { return (Actor::Clock { online: Vec::new() }, Command::Tick) };
    let commands = can(game, seat).iter().flat_map(offered).collect::<Vec<_>>();
    (Actor::Seat(seat), chance.one_of(&commands).unwrap_or_else(|| talk(chance)))
}

/// All commands of an offered act.
pub(crate) fn offered(can: &Can) -> Vec<Command> {
    match can.act {
        Act::NightAction(action) => can.targets.iter().map(|&target| Command::Do { action, target }).collect(),
        Act::Vote => {
            let targets = can.targets.iter().copied().map(Some).chain([None]);
            targets.map(|target| Command::Vote { target }).collect()
        }
        Act::Ballot => BALLOTS.map(|choice| Command::Ballot { choice }).to_vec(),
        Act::Sleep => vec![Command::Sleep],
        Act::Shorten => vec![Command::Shorten],
        Act::Lengthen => vec![Command::Lengthen],
        Act::Finish => vec![Command::Finish],
    }
}

fn some_seats(game: &Game, chance: &mut Seed) -> Vec<SeatNo> {
    game.numbered().map(|(seat, _)| seat).filter(|_| !chance.once_in(6)).collect()
}

/// A random actor, possibly on a seat that does not exist.
fn random_actor(chance: &mut Seed) -> Actor {
    match chance.below(8) {
        0 => Actor::Visitor(person(chance.byte_below(30))),
        1 => Actor::Clock { online: vec![chance.byte_below(256)] },
        _ => Actor::Seat(chance.byte_below(22)),
    }
}

pub(crate) fn talk(chance: &mut Seed) -> Command {
    let channel = Channel::ALL[chance.below(Channel::ALL.len())];
    let id = chance.once_in(2).then(|| Uuid::from_u128(chance.below(1000) as u128));
    Command::Say { channel, words: line("hello"), id }
}

/// A random command, legal or not.
pub(crate) fn anything(chance: &mut Seed) -> Command {
    let target = if chance.once_in(10) { chance.byte_below(256) } else { chance.byte_below(22) };
    match chance.below(24) {
        0 => Command::Join,
        1 if chance.once_in(4) => Command::Leave,
        2 => Command::Kick { seat: target, id: None, name: None },
        3 => Command::AddBot { name: String::new() },
        4 => Command::SetUp { setup: any_setup(chance) },
        5 => Command::Start,
        6..=10 => Command::Do { action: NightAction::ALL[chance.below(NightAction::ALL.len())], target },
        11 => Command::Sleep,
        12 => Command::Shorten,
        13 => Command::Lengthen,
        14 => Command::Vote { target: Some(target) },
        15 => Command::Vote { target: None },
        16 => Command::Finish,
        17 => Command::Ballot { choice: BALLOTS[chance.below(3)] },
        18 => Command::Again { code: "ABCDEF".to_owned(), gone: None },
        19 => Command::Tick,
        20 => Command::Say { channel: Channel::Public, words: line(&"x".repeat(chance.below(400))), id: None },
        _ => talk(chance),
    }
}

/// A random set-up, possibly with impossible roles.
fn any_setup(chance: &mut Seed) -> Setup {
    let (_, mut setup) = chance.playable();
    if chance.once_in(2) {
        let any = |chance: &mut Seed| if chance.once_in(3) { chance.byte_below(256) } else { chance.byte_below(12) };
        setup.roles = Some(Counts::each(|_| any(chance)));
    }
    if chance.once_in(4) {
        setup.options.gone_after = 0;
    }
    setup
}
