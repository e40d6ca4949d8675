//! Two games that differ only in the roles of two players.

use mafia_rules::{Actor, Channel, Command, Event, Game, NightAction, Phase, Refusal, Role, SeatNo, Stream, decide};

use super::disclosure::Disclosure;
use crate::{kit::Seed, random::Play};

/// The two games. Each move of the first is repeated in the other, at night by the player with the same role.
pub(crate) struct Worlds {
    play: Play,
    other: Game,
    pair: (SeatNo, SeatNo),
    disclosure: Disclosure,
    /// The number of comparisons.
    pub(crate) compared: usize,
}

/// The state of the comparison after a step.
enum Next {
    Continues,
    /// The rules themselves reveal the difference from here on.
    Revealed,
}

impl Worlds {
    pub(crate) fn new(seed: u64, disclosure: Disclosure) -> Self {
        let play = Play::gathered(seed);
        let other = play.game.clone();
        Self { play, other, pair: (0, 0), disclosure, compared: 0 }
    }

    /// Plays until the rules reveal the difference. Returns a difference that a player could notice before.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        self.start()?;
        while let Next::Continues = self.step()? {}
        Ok(())
    }

    /// Deals, and exchanges two different roles.
    fn start(&mut self) -> Result<(), String> {
        let now = self.play.now;
        let here = decide(&self.play.game, &Actor::Seat(0), &Command::Start, now, &mut self.play.chance).unwrap();
        let mut there = here.clone();
        let Some(Event::Started { roles, .. }) = there.first_mut() else { panic!("{here:?}") };
        self.pair = different(roles, &mut self.play.chance);
        roles.swap(usize::from(self.pair.0), usize::from(self.pair.1));
        self.happens(&here, &there)
    }

    fn step(&mut self) -> Result<Next, String> {
        let (actor, command) = self.next();
        if self.reveals_by_rule(&actor, &command) {
            return Ok(Next::Continues);
        }
        let same_role = if is_by_role(&self.play.game, &command) { self.exchanged(&actor) } else { actor.clone() };
        let here = decide(&self.play.game, &actor, &command, self.play.now, &mut |_| 0);
        let there = decide(&self.other, &same_role, &command, self.play.now, &mut |_| 0);
        match (here, there) {
            (Ok(here), Ok(there)) if self.is_revealed(&here, &there) => Ok(Next::Revealed),
            (Ok(here), Ok(there)) => {
                self.happens(&here, &there)?;
                // After the death of one of the pair the games develop differently.
                let (one, two) = self.pair;
                let both_live = self.play.game.lives(one) && self.play.game.lives(two);
                Ok(if both_live { Next::Continues } else { Next::Revealed })
            }
            (here, there) => self.refused(&actor, here.err(), there.err()),
        }
    }

    /// The next move. All players stay connected: absence does not matter here.
    fn next(&mut self) -> (Actor, Command) {
        match self.play.next() {
            (Actor::Clock { .. }, command) => {
                (Actor::Clock { online: self.play.game.numbered().map(|(seat, _)| seat).collect() }, command)
            }
            other => other,
        }
    }

    /// Compares refusals, since they are answers too.
    fn refused(&self, actor: &Actor, here: Option<Refusal>, there: Option<Refusal>) -> Result<Next, String> {
        let notices = match actor {
            Actor::Seat(seat) => self.may_notice_nothing(Stream::Seat(*seat)),
            _ => true,
        };
        if notices && here != there {
            return Err(format!("{actor:?} is refused with {here:?} in one game and with {there:?} in the other"));
        }
        Ok(Next::Continues)
    }

    /// Applies the events to both games and compares what each receiver gets.
    fn happens(&mut self, here: &[Event], there: &[Event]) -> Result<(), String> {
        let phase = self.play.game.phase;
        let mut game = self.play.game.clone();
        let said_here = self.disclosure.say(&mut game, here);
        let said_there = self.disclosure.say(&mut self.other, there);
        self.play.happens(here);
        let readers: Vec<_> = self.readers().collect();
        for &reader in &readers {
            if said_here.to(reader) != said_there.to(reader) {
                return Err(format!("{reader:?} distinguishes {here:?} from {there:?}; exchanged: {:?}", self.pair));
            }
        }
        self.compared += readers.len();
        let looks = self.play.game.phase != phase || self.play.chance.once_in(40);
        if looks { self.compare_views(&readers) } else { Ok(()) }
    }

    fn compare_views(&self, readers: &[Stream]) -> Result<(), String> {
        let disclosure = self.disclosure;
        let notices =
            readers.iter().find(|&&reader| disclosure.view(&self.play.game, reader) != disclosure.view(&self.other, reader));
        notices.map_or(Ok(()), |reader| {
            Err(format!("{reader:?} sees a difference between {:?} and {:?}", self.play.game, self.other))
        })
    }

    fn readers(&self) -> impl Iterator<Item = Stream> + '_ {
        let seats = self.play.game.numbered().map(|(seat, _)| Stream::Seat(seat));
        seats.chain([Stream::Public, Stream::Spectators]).filter(|&reader| self.may_notice_nothing(reader))
    }

    /// Excludes the pair, players with findings about the pair, and team members if one of the pair is in the team.
    fn may_notice_nothing(&self, reader: Stream) -> bool {
        let Stream::Seat(seat) = reader else { return true };
        let (one, two) = self.pair;
        let game = &self.play.game;
        let has_found = game.seat(seat).is_some_and(|me| me.findings.iter().any(|found| [one, two].contains(&found.target)));
        let is_mate = game.in_team(seat) && (game.in_team(one) || game.in_team(two));
        seat != one && seat != two && !has_found && !is_mate
    }

    /// Whether the rules reveal the difference: by the end, or by a death of one of the pair. A death counts if it shows the role, happens
    /// in one game only, or stops a reporter's story.
    fn is_revealed(&self, here: &[Event], there: &[Event]) -> bool {
        let ends = here.iter().chain(there).any(|event| matches!(event, Event::Ended { .. }));
        let (dead, dead_there) = (self.dead(here), self.dead(there));
        let is_shown = self.play.game.setup.options.reveal_roles && !dead.is_empty();
        let wrote = |seat: &SeatNo| [&self.play.game, &self.other].iter().any(|game| game.role(*seat) == Some(Role::Reporter));
        ends || dead != dead_there || is_shown || dead.iter().any(wrote)
    }

    /// The dead of the pair.
    fn dead(&self, events: &[Event]) -> Vec<SeatNo> {
        let died = events.iter().filter_map(|event| if let Event::Died { seat, .. } = event { Some(*seat) } else { None });
        died.filter(|&seat| seat == self.pair.0 || seat == self.pair.1).collect()
    }

    /// Commands that reveal the difference by the rules: a story about one of the pair, or a spy's look at one.
    /// Leaving is skipped too, since the other one would have to play that player's nights.
    fn reveals_by_rule(&self, actor: &Actor, command: &Command) -> bool {
        let is_one = |seat: SeatNo| seat == self.pair.0 || seat == self.pair.1;
        match command {
            Command::Do { action: NightAction::Report | NightAction::Probe, target } => is_one(*target),
            Command::Leave => matches!(actor, Actor::Seat(seat) if is_one(*seat)),
            _ => false,
        }
    }

    /// The seat with the same role in the other game.
    fn exchanged(&self, actor: &Actor) -> Actor {
        match actor {
            Actor::Seat(seat) if *seat == self.pair.0 => Actor::Seat(self.pair.1),
            Actor::Seat(seat) if *seat == self.pair.1 => Actor::Seat(self.pair.0),
            _ => actor.clone(),
        }
    }
}

/// Commands that depend on the role: all at night, except leaving and the other chats.
fn is_by_role(game: &Game, command: &Command) -> bool {
    let at_night = game.phase == Phase::Night;
    match command {
        Command::Say { channel, .. } => at_night && *channel == Channel::Mafia,
        Command::Leave => false,
        _ => at_night,
    }
}

fn different(roles: &[Role], chance: &mut Seed) -> (SeatNo, SeatNo) {
    loop {
        let (one, two) = (chance.byte_below(roles.len()), chance.byte_below(roles.len()));
        if roles[usize::from(one)] != roles[usize::from(two)] {
            return (one, two);
        }
    }
}
