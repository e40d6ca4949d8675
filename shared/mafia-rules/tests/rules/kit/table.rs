//! A table that a scenario is played at.

use mafia_rules::{
    Actor, Ballot, Cause, Command, Counts, Event, Game, Millis, MyView, Options, Phase, Player, Refusal, Role, SeatNo, Setup,
    Stream, decide, evolve, my_view, told,
};
use uuid::Uuid;

use super::moves::{abstain, accuse, ballot, set_up};

/// When every scenario begins.
const START: Millis = 1_700_000_000_000;

/// Person number so-and-so, who is called like a letter.
pub(crate) fn person(number: u8) -> Player {
    Player { id: Some(Uuid::from_u128(u128::from(number) + 1)), name: char::from(b'A'.saturating_add(number)).to_string() }
}

/// A game, its clock, what happened, and who was told of it.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) game: Game,
    pub(crate) now: Millis,
    /// What the last thing that somebody did, or the clock, made happen.
    pub(crate) news: Vec<Event>,
    told: Vec<(Stream, Event)>,
}

impl Table {
    /// Nobody sits here yet.
    pub(crate) fn empty() -> Self {
        Self { game: Game::default(), now: START, news: Vec::new(), told: Vec::new() }
    }

    /// So many people, the first of them the host.
    pub(crate) fn with_people(people: u8) -> Self {
        let mut table = Self::empty();
        for number in 0..people {
            table.joins(number);
        }
        table
    }

    /// The first night of a game in which seat 0 has the first of these roles, seat 1 the second, and so on.
    pub(crate) fn of(roles: &[Role]) -> Self {
        Self::with(roles, Options::default())
    }

    /// The same, with options.
    pub(crate) fn with(roles: &[Role], options: Options) -> Self {
        let mut table = Self::with_people(u8::try_from(roles.len()).unwrap());
        table.does(0, set_up(Setup { roles: Some(counts(roles)), options }));
        table.starts(roles);
        table
    }

    /// The host starts, and chance deals these roles.
    pub(crate) fn starts(&mut self, roles: &[Role]) {
        // The rules lay out the cards in the order of the roles, citizens last, and shuffle from the last card to the first.
        let mut cards = roles.to_vec();
        cards.sort_by_key(|role| (*role == Role::Citizen, *role));
        let mut deal = |bound: usize| {
            let place = cards[..bound].iter().position(|card| *card == roles[bound - 1]).unwrap();
            cards.swap(place, bound - 1);
            place
        };
        let events = decide(&self.game, &Actor::Seat(0), &Command::Start, self.now, &mut deal).unwrap();
        self.happens(events);
        let dealt: Vec<_> = self.game.seats.iter().filter_map(|seat| seat.role).collect();
        assert_eq!(dealt, roles);
    }

    /// A person sits down.
    pub(crate) fn joins(&mut self, number: u8) {
        let events = self.try_as(&Actor::Visitor(person(number)), &Command::Join).unwrap();
        self.happens(events);
    }

    /// Somebody does something, which the rules take.
    #[track_caller]
    pub(crate) fn does(&mut self, seat: SeatNo, command: Command) {
        let phase = self.game.phase;
        let events = self
            .try_as(&Actor::Seat(seat), &command)
            .unwrap_or_else(|refusal| panic!("seat {seat} in {phase:?}, {command:?}: {refusal:?}"));
        self.happens(events);
    }

    /// Everybody of them does the same.
    #[track_caller]
    pub(crate) fn all_do(&mut self, seats: impl IntoIterator<Item = SeatNo>, command: &Command) {
        seats.into_iter().for_each(|seat| self.does(seat, command.clone()));
    }

    /// Why somebody may not do something now.
    #[track_caller]
    pub(crate) fn refusal(&self, seat: SeatNo, command: &Command) -> Refusal {
        self.refusal_of(&Actor::Seat(seat), command)
    }

    /// The same, of whoever it is.
    #[track_caller]
    pub(crate) fn refusal_of(&self, actor: &Actor, command: &Command) -> Refusal {
        match self.try_as(actor, command) {
            Ok(events) => panic!("{actor:?} may {command:?} in {:?}: {events:?}", self.game.phase),
            Err(refusal) => refusal,
        }
    }

    /// What would happen.
    pub(crate) fn try_as(&self, actor: &Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide(&self.game, actor, command, self.now, &mut |_| 0)
    }

    /// Does what happens.
    pub(crate) fn happens(&mut self, events: Vec<Event>) {
        for event in &events {
            evolve(&mut self.game, event);
            self.told.extend(told(&self.game, event));
        }
        self.news = events;
    }

    /// The phase's time is over; everybody is connected.
    pub(crate) fn time_passes(&mut self) {
        let all = self.game.numbered().map(|(seat, _)| seat).collect();
        self.time_passes_with(all);
    }

    /// The phase's time is over; these are connected.
    pub(crate) fn time_passes_with(&mut self, online: Vec<SeatNo>) {
        self.now = self.game.ends_at.unwrap();
        let events = self.try_as(&Actor::Clock { online }, &Command::Tick).unwrap();
        self.happens(events);
    }

    /// Time passes, and nobody does anything, until a phase begins.
    pub(crate) fn until(&mut self, phase: Phase) {
        assert_ne!(self.game.phase, phase, "it is that phase already");
        while self.game.phase != phase {
            self.time_passes();
        }
    }

    /// These do this at night, then it is dawn.
    #[track_caller]
    pub(crate) fn night(&mut self, deeds: impl IntoIterator<Item = (SeatNo, Command)>) {
        if self.game.phase != Phase::Night {
            self.until(Phase::Night);
        }
        deeds.into_iter().for_each(|(seat, command)| self.does(seat, command));
        self.time_passes();
    }

    /// Everybody else who lives names this one, until they stand before the ballot.
    pub(crate) fn accuses(&mut self, accused: SeatNo) {
        self.until(Phase::Vote);
        for seat in self.living() {
            self.does(seat, if seat == accused { abstain() } else { accuse(accused) });
        }
        self.until(Phase::Ballot);
    }

    /// Everybody else who lives names this one, and is for their death.
    pub(crate) fn executes(&mut self, accused: SeatNo) {
        self.accuses(accused);
        let others = self.living().into_iter().filter(|&seat| seat != accused);
        self.all_do(others, &ballot(Ballot::Yes));
    }

    /// Who died in the last news, and how.
    pub(crate) fn died(&self) -> Vec<(SeatNo, Cause)> {
        self.news
            .iter()
            .filter_map(|event| if let Event::Died { seat, cause, .. } = event { Some((*seat, *cause)) } else { None })
            .collect()
    }

    pub(crate) fn living(&self) -> Vec<SeatNo> {
        self.game.living().collect()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.game.phase
    }

    /// How long the phase still lasts, in milliseconds.
    pub(crate) fn left(&self) -> Millis {
        self.game.ends_at.unwrap() - self.now
    }

    pub(crate) fn view(&self, seat: SeatNo) -> MyView {
        my_view(&self.game, seat).unwrap()
    }

    /// Who heard of this, in the order in which they were told.
    pub(crate) fn who_heard(&self, event: &Event) -> Vec<Stream> {
        self.told.iter().filter(|(_, told)| told == event).map(|(stream, _)| *stream).collect()
    }
}

fn counts(roles: &[Role]) -> Counts {
    Counts::each(|role| u8::try_from(roles.iter().filter(|dealt| **dealt == role).count()).unwrap())
}
