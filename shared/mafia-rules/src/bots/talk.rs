//! Statements of bots by day, and their votes on the talk's length.

use super::{
    Move,
    bot::Bot,
    choice::{chance, pick, pick_weighted},
    day::blame,
    phrases::{Kind, ids},
};
use crate::{Act, Channel, Command, Random, Role, SeatNo, Words};

// Arguments of `Bot::mood`.
const LINES: u8 = 0;
const TIME: u8 = 1;
const NERVE: u8 = 2;

/// From this day on a detective publishes all findings: this day may be the last.
const LATE: u16 = 3;

pub(super) fn talk(bot: &Bot, random: &mut dyn Random) -> Move {
    let next = news(bot).or_else(|| small_talk(bot, random));
    let said = next.and_then(|(kind, about)| line(bot, kind, about, random));
    match said {
        Some(line) => Move::Do(line),
        None if !bot.may(Act::Shorten) => Move::Nothing,
        None if wants_the_vote(bot) => Move::Do(Command::Shorten),
        None => Move::Later,
    }
}

/// Picks a phrase for a purpose, preferring those not used in this phase.
pub(super) fn line(bot: &Bot, kind: Kind, about: Option<SeatNo>, random: &mut dyn Random) -> Option<Command> {
    if kind.is_about() != about.is_some() || !bot.mine.write.contains(&Channel::Public) {
        return None;
    }
    let all: Vec<_> = ids(kind).collect();
    let fresh: Vec<_> = all.iter().copied().filter(|id| !bot.record.phrases.contains(*id)).collect();
    let phrase = pick(&fresh, random).or_else(|| pick(&all, random))?.to_owned();
    Some(Command::Say { channel: Channel::Public, words: Words::Phrase { phrase, about }, id: None })
}

/// Statements that a bot never keeps back.
fn news(bot: &Bot) -> Option<(Kind, Option<SeatNo>)> {
    if bot.mine.role == Role::Detective {
        return finding(bot).map(|(kind, about)| (kind, Some(about)));
    }
    if bot.is_in_team() {
        return counter_claim(bot).map(|about| (Kind::Found, Some(about)));
    }
    None
}

/// A detective publishes a mafia at once. Other findings are published when the cleared player or the detective is accused.
fn finding(bot: &Bot) -> Option<(Kind, SeatNo)> {
    let mut unpublished = bot
        .mine
        .findings
        .iter()
        .filter(|finding| bot.is_alive(finding.target) && !bot.record.has_claimed(bot.me(), finding.target));
    if let Some(found) = unpublished.clone().find(|finding| finding.mafia) {
        return Some((Kind::Found, found.target));
    }
    let in_danger = |seat: SeatNo| bot.record.accusations.iter().filter(|(_, about)| *about == seat).count() >= 2;
    let is_late = bot.public.day >= LATE;
    unpublished
        .find(|finding| is_late || in_danger(finding.target) || in_danger(bot.me()))
        .map(|finding| (Kind::Cleared, finding.target))
}

/// A bot that is found to be mafia makes the same claim about its accuser, depending on its mood.
fn counter_claim(bot: &Bot) -> Option<SeatNo> {
    let against_me = bot.record.claims.iter().find(|claim| claim.mafia && claim.about == bot.me() && bot.is_alive(claim.by))?;
    let is_new = !bot.record.has_claimed(bot.me(), against_me.by);
    (is_new && bot.mood(NERVE, 2) == 0).then_some(against_me.by)
}

/// One or two lines a day; fewer at larger tables.
fn small_talk(bot: &Bot, random: &mut dyn Random) -> Option<(Kind, Option<SeatNo>)> {
    let said = usize::from(bot.record.lines_of(bot.me()));
    let wanted = match bot.others().len() {
        0..=7 => 1 + bot.mood(LINES, 2),
        8..=13 => bot.mood(LINES, 3),
        _ => bot.mood(LINES, 2),
    };
    if said >= wanted {
        return None;
    }
    if bot.mine.role == Role::Joker && chance(40, random) {
        return Some((Kind::Confess, None));
    }
    if chance(if said == 0 { 60 } else { 85 }, random) { opinion(bot, random) } else { Some((idle(bot, said, random), None)) }
}

fn idle(bot: &Bot, said: usize, random: &mut dyn Random) -> Kind {
    let could_have_died = bot.public.day > 1 || bot.public.options.first_night_kill;
    if bot.record.quiet_night && could_have_died && bot.record.lines.is_empty() {
        Kind::Relief
    } else if said == 0 && chance(50, random) {
        Kind::Morning
    } else {
        Kind::Chat
    }
}

/// The bot's opinion of another player; a bot of the mafia may pretend.
fn opinion(bot: &Bot, random: &mut dyn Random) -> Option<(Kind, Option<SeatNo>)> {
    let others = bot.others();
    if chance(12, random) {
        let friends: Vec<_> = others.iter().copied().filter(|&seat| blame(bot, seat) < 4).collect();
        return pick(&friends, random).map(|seat| (Kind::Vouch, Some(seat)));
    }
    let about = pick_weighted(&others, |seat| blame(bot, seat), random)?;
    let mine = (bot.me(), about);
    if bot.record.accusations.contains(&mine) {
        return None; // said today
    }
    let is_followed = bot.record.accusations.iter().any(|(_, accused)| *accused == about);
    let is_claimed = bot.record.claims.iter().any(|claim| claim.about == about && claim.mafia);
    let kind = if is_followed || is_claimed { Kind::Agree } else { Kind::Accuse };
    Some((kind, Some(about)))
}

/// If human players live, most bots wait until all of them want the vote.
fn wants_the_vote(bot: &Bot) -> bool {
    bot.people().all(|person| bot.record.shorter.contains(&person)) || bot.mood(TIME, 3) == 0
}
