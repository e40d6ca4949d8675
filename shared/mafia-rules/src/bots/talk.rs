//! What bots say by day, and how long they want to talk.

use super::{
    Move,
    bot::Bot,
    chance::{chance, lean, pick},
    day::blame,
    phrases::{Kind, ids},
};
use crate::{Act, Channel, Command, Random, Role, SeatNo, Words};

// What a mood is about.
const LINES: u8 = 0;
const TIME: u8 = 1;
const NERVE: u8 = 2;

/// From this day on a detective keeps nothing to themselves: it may be the last.
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

/// One of the phrases for something, one that was not said in this phase where there is one.
pub(super) fn line(bot: &Bot, kind: Kind, about: Option<SeatNo>, random: &mut dyn Random) -> Option<Command> {
    if kind.is_about() != about.is_some() || !bot.mine.write.contains(&Channel::Public) {
        return None;
    }
    let all: Vec<_> = ids(kind).collect();
    let fresh: Vec<_> = all.iter().copied().filter(|id| !bot.heard.phrases.contains(*id)).collect();
    let phrase = pick(&fresh, random).or_else(|| pick(&all, random))?.to_owned();
    Some(Command::Say { channel: Channel::Public, words: Words::Phrase { phrase, about }, id: None })
}

/// What cannot stay unsaid.
fn news(bot: &Bot) -> Option<(Kind, Option<SeatNo>)> {
    if bot.mine.role == Role::Detective {
        return finding(bot).map(|(kind, about)| (kind, Some(about)));
    }
    if bot.is_in_team() {
        return counter_claim(bot).map(|about| (Kind::Found, Some(about)));
    }
    None
}

/// A detective tells of a mafia at once, and of others where they are accused, or where one is accused oneself.
fn finding(bot: &Bot) -> Option<(Kind, SeatNo)> {
    let mut untold = bot
        .mine
        .findings
        .iter()
        .filter(|finding| bot.is_alive(finding.target) && !bot.heard.has_claimed(bot.me(), finding.target));
    if let Some(found) = untold.clone().find(|finding| finding.mafia) {
        return Some((Kind::Found, found.target));
    }
    let in_danger = |seat: SeatNo| bot.heard.accusations.iter().filter(|(_, about)| *about == seat).count() >= 2;
    let is_late = bot.public.day >= LATE;
    untold
        .find(|finding| is_late || in_danger(finding.target) || in_danger(bot.me()))
        .map(|finding| (Kind::Cleared, finding.target))
}

/// Who is found out says the same of who has found them, if they have the nerve.
fn counter_claim(bot: &Bot) -> Option<SeatNo> {
    let against_me = bot.heard.claims.iter().find(|claim| claim.mafia && claim.about == bot.me() && bot.is_alive(claim.by))?;
    let is_new = !bot.heard.has_claimed(bot.me(), against_me.by);
    (is_new && bot.mood(NERVE, 2) == 0).then_some(against_me.by)
}

/// A line or two a day; the more there are, the fewer each.
fn small_talk(bot: &Bot, random: &mut dyn Random) -> Option<(Kind, Option<SeatNo>)> {
    let said = usize::from(bot.heard.lines_of(bot.me()));
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
    if bot.heard.quiet_night && could_have_died && bot.heard.lines.is_empty() {
        Kind::Relief
    } else if said == 0 && chance(50, random) {
        Kind::Morning
    } else {
        Kind::Chat
    }
}

/// What it thinks of somebody, or says that it thinks.
fn opinion(bot: &Bot, random: &mut dyn Random) -> Option<(Kind, Option<SeatNo>)> {
    let others = bot.others();
    if chance(12, random) {
        let friends: Vec<_> = others.iter().copied().filter(|&seat| blame(bot, seat) < 4).collect();
        return pick(&friends, random).map(|seat| (Kind::Vouch, Some(seat)));
    }
    let about = lean(&others, |seat| blame(bot, seat), random)?;
    let mine = (bot.me(), about);
    if bot.heard.accusations.contains(&mine) {
        return None; // said today
    }
    let is_followed = bot.heard.accusations.iter().any(|(_, accused)| *accused == about);
    let is_claimed = bot.heard.claims.iter().any(|claim| claim.about == about && claim.mafia);
    let kind = if is_followed || is_claimed { Kind::Agree } else { Kind::Accuse };
    Some((kind, Some(about)))
}

/// Where people are at the table, most bots leave them their time until all of them want the vote.
fn wants_the_vote(bot: &Bot) -> bool {
    bot.people().all(|person| bot.heard.shorter.contains(&person)) || bot.mood(TIME, 3) == 0
}
