//! Two worlds that differ in nothing but the roles of two players.

use mafia_rules::{Actor, Channel, Command, Deed, Event, Game, Phase, Refusal, Role, SeatNo, Stream, decide};

use super::mouth::Mouth;
use crate::{kit::Seed, random::Play};

/// The two worlds. What chance does in the first is done in the other too, at night by whoever has the role there.
pub(crate) struct Worlds {
    play: Play,
    other: Game,
    pair: (SeatNo, SeatNo),
    mouth: Mouth,
    /// How many times it was compared what somebody got.
    pub(crate) compared: usize,
}

/// What becomes of the worlds after a step.
enum Next {
    Goes,
    /// It has come out who is who, as the rules want it.
    CameOut,
}

impl Worlds {
    pub(crate) fn new(seed: u64, mouth: Mouth) -> Self {
        let play = Play::gathered(seed);
        let other = play.game.clone();
        Self { play, other, pair: (0, 0), mouth, compared: 0 }
    }

    /// Plays until it comes out who is who. What somebody noticed before, if somebody did.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        self.start()?;
        while let Next::Goes = self.step()? {}
        Ok(())
    }

    /// Deals, and exchanges the roles of two who have different ones.
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
        if self.tells_them_apart(&actor, &command) {
            return Ok(Next::Goes);
        }
        let who_is_it = if is_by_role(&self.play.game, &command) { self.exchanged(&actor) } else { actor.clone() };
        let here = decide(&self.play.game, &actor, &command, self.play.now, &mut |_| 0);
        let there = decide(&self.other, &who_is_it, &command, self.play.now, &mut |_| 0);
        match (here, there) {
            (Ok(here), Ok(there)) if self.comes_out(&here, &there) => Ok(Next::CameOut),
            (Ok(here), Ok(there)) => {
                self.happens(&here, &there)?;
                // Where one of two with different roles is dead, the worlds go apart from here on.
                let (one, two) = self.pair;
                let both_live = self.play.game.lives(one) && self.play.game.lives(two);
                Ok(if both_live { Next::Goes } else { Next::CameOut })
            }
            (here, there) => self.refused(&actor, here.err(), there.err()),
        }
    }

    /// The next move; everybody is connected all the time, since absence is of no interest here.
    fn next(&mut self) -> (Actor, Command) {
        match self.play.next() {
            (Actor::Clock { .. }, command) => {
                (Actor::Clock { online: self.play.game.numbered().map(|(seat, _)| seat).collect() }, command)
            }
            other => other,
        }
    }

    /// Refusals are an answer too.
    fn refused(&self, actor: &Actor, here: Option<Refusal>, there: Option<Refusal>) -> Result<Next, String> {
        let notices = match actor {
            Actor::Seat(seat) => self.may_notice_nothing(Stream::Seat(*seat)),
            _ => true,
        };
        if notices && here != there {
            return Err(format!("{actor:?} is refused with {here:?} in one world and with {there:?} in the other"));
        }
        Ok(Next::Goes)
    }

    /// Both worlds go on. Does somebody notice a difference?
    fn happens(&mut self, here: &[Event], there: &[Event]) -> Result<(), String> {
        let phase = self.play.game.phase;
        let mut game = self.play.game.clone();
        let said_here = self.mouth.say(&mut game, here);
        let said_there = self.mouth.say(&mut self.other, there);
        self.play.happens(here);
        let readers: Vec<_> = self.readers().collect();
        for &reader in &readers {
            if said_here.to(reader) != said_there.to(reader) {
                return Err(format!("{reader:?} tells {here:?} from {there:?}; exchanged: {:?}", self.pair));
            }
        }
        self.compared += readers.len();
        let looks = self.play.game.phase != phase || self.play.chance.once_in(40);
        if looks { self.compare_views(&readers) } else { Ok(()) }
    }

    fn compare_views(&self, readers: &[Stream]) -> Result<(), String> {
        let mouth = self.mouth;
        let notices = readers.iter().find(|&&reader| mouth.view(&self.play.game, reader) != mouth.view(&self.other, reader));
        notices.map_or(Ok(()), |reader| {
            Err(format!("{reader:?} sees a difference between {:?} and {:?}", self.play.game, self.other))
        })
    }

    fn readers(&self) -> impl Iterator<Item = Stream> + '_ {
        let seats = self.play.game.numbered().map(|(seat, _)| Stream::Seat(seat));
        seats.chain([Stream::Public, Stream::Spectators]).filter(|&reader| self.may_notice_nothing(reader))
    }

    /// Everybody but the two themselves, who has found out about them, and who is of the team where one of the two is.
    fn may_notice_nothing(&self, reader: Stream) -> bool {
        let Stream::Seat(seat) = reader else { return true };
        let (one, two) = self.pair;
        let game = &self.play.game;
        let has_found = game.seat(seat).is_some_and(|me| me.findings.iter().any(|found| [one, two].contains(&found.target)));
        let is_mate = game.in_team(seat) && (game.in_team(one) || game.in_team(two));
        seat != one && seat != two && !has_found && !is_mate
    }

    /// Has it come out with this who is who? It is over; or one of the two has died, and the role is shown, or in one world only, or was
    /// a reporter in one, whose story is missing.
    fn comes_out(&self, here: &[Event], there: &[Event]) -> bool {
        let ends = here.iter().chain(there).any(|event| matches!(event, Event::Ended { .. }));
        let (dead, dead_there) = (self.dead(here), self.dead(there));
        let is_shown = self.play.game.setup.options.reveal_roles && !dead.is_empty();
        let wrote = |seat: &SeatNo| [&self.play.game, &self.other].iter().any(|game| game.role(*seat) == Some(Role::Reporter));
        ends || dead != dead_there || is_shown || dead.iter().any(wrote)
    }

    /// Who of the two dies.
    fn dead(&self, events: &[Event]) -> Vec<SeatNo> {
        let died = events.iter().filter_map(|event| if let Event::Died { seat, .. } = event { Some(*seat) } else { None });
        died.filter(|&seat| seat == self.pair.0 || seat == self.pair.1).collect()
    }

    /// What lets the worlds go apart, as it should: a story about one of the two, or a spy who looks at one. And one of them leaving,
    /// whose nights the other would have to live.
    fn tells_them_apart(&self, actor: &Actor, command: &Command) -> bool {
        let is_one = |seat: SeatNo| seat == self.pair.0 || seat == self.pair.1;
        match command {
            Command::Do { deed: Deed::Report | Deed::Probe, target } => is_one(*target),
            Command::Leave => matches!(actor, Actor::Seat(seat) if is_one(*seat)),
            _ => false,
        }
    }

    /// Who has in the other world the role that this one has here.
    fn exchanged(&self, actor: &Actor) -> Actor {
        match actor {
            Actor::Seat(seat) if *seat == self.pair.0 => Actor::Seat(self.pair.1),
            Actor::Seat(seat) if *seat == self.pair.1 => Actor::Seat(self.pair.0),
            _ => actor.clone(),
        }
    }
}

/// What depends on the role of who does it: everything at night but leaving, and the talk that is not the mafia's.
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
