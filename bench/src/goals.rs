//! Goals for the costs of the socket server and the pages, beside the measured figures.

use crate::{
    peers::Peer,
    scenario::{Deployment, SocketLoad},
    suite::{
        Report,
        titles::{self, AT_A_RATE, GROWTH_TITLE, IDLE_TITLE, IN_FLIGHT, ISOLATION_TITLE, ROOMS_TITLE, ROW_TITLE, STALLED_TITLE},
    },
    table::Table,
};

/// A bound, and the figure that was measured.
#[derive(Clone, Debug)]
pub struct Goal {
    /// The measurement, and the peer that it is compared with.
    pub name: String,
    /// The measured figure.
    pub figure: f64,
    /// The bound that the figure is compared with.
    pub bound: f64,
    /// Whether the figure may be at most the bound; otherwise at least.
    pub is_upper: bool,
}

impl Goal {
    /// Whether the figure keeps the bound.
    pub fn is_met(&self) -> bool {
        if self.is_upper { self.figure <= self.bound } else { self.figure >= self.bound }
    }

    fn markdown(&self) -> String {
        let Self { name, figure, bound, is_upper } = self;
        let word = if *is_upper { "at most" } else { "at least" };
        let verdict = match figure / bound - 1.0 {
            _ if self.is_met() => "met".to_owned(),
            by if by.is_nan() => "**not known: a measurement failed**".to_owned(),
            by => format!("**missed by {:.0} %**", by.abs() * 100.0),
        };
        format!("| {name} | {word} {bound:.2} | {figure:.2} | {verdict} |\n")
    }
}

/// All goals as Markdown.
pub fn markdown(goals: &[Goal]) -> String {
    let rows: String = goals.iter().map(Goal::markdown).collect();
    format!("### Goals\n\n| what | goal | measured | |\n| --- | --- | --- | --- |\n{rows}")
}

/// The goals whose figures a report has.
pub fn goals(report: &Report, most: usize) -> Vec<Goal> {
    let find = Find(report);
    [fan_out(&find), sockets(&find, most), pages(&find)].into_iter().flatten().flatten().collect()
}

struct Find<'a>(&'a Report);

impl Find<'_> {
    fn table(&self, title: &str) -> Option<&Table> {
        self.0.tables.iter().find(|table| table.title == title)
    }

    fn of(&self, title: &str, row: &str, column: &str) -> Option<f64> {
        self.table(title)?.figure(row, column)
    }

    fn peer(&self, title: &str, peer: Peer, column: &str) -> Option<f64> {
        self.of(title, peer.name(), column)
    }
}

fn at_most(name: impl Into<String>, figure: Option<f64>, bound: Option<f64>) -> Option<Goal> {
    Some(Goal { name: name.into(), figure: figure?, bound: bound?, is_upper: true })
}

fn at_least(name: impl Into<String>, figure: Option<f64>, bound: Option<f64>) -> Option<Goal> {
    Some(Goal { name: name.into(), figure: figure?, bound: bound?, is_upper: false })
}

fn fan_out(find: &Find<'_>) -> Vec<Option<Goal>> {
    use titles::{P99, REDIS, SERVER, WRONG};
    let rate = |peer, column| find.peer(AT_A_RATE, peer, column);
    let flight = |peer| find.peer(IN_FLIGHT, peer, SERVER);
    let ours = rate(Peer::OursPubsub, SERVER);
    vec![
        at_most("server µs a delivery at a rate: the bare actix-ws loop's", ours, rate(Peer::BareActixWs, SERVER)),
        at_most("the same: nchan's", ours, rate(Peer::Nchan, SERVER)),
        at_most("the same, stretch: 1.2 × bare TCP's", ours, rate(Peer::BareTcp, SERVER).map(|bare| bare * 1.2)),
        at_most("server µs a delivery in the closed loop: socketioxide's", flight(Peer::OursPubsub), flight(Peer::Socketioxide)),
        at_most("the same: bare TCP's", flight(Peer::OursPubsub), flight(Peer::BareTcp)),
        at_most("core dialect at a rate: 1.1 × pubsub's", rate(Peer::OursCore, SERVER), ours.map(|ours| ours * 1.1)),
        at_most(
            "core dialect in the closed loop: 1.1 × pubsub's",
            flight(Peer::OursCore),
            flight(Peer::OursPubsub).map(|ours| ours * 1.1),
        ),
        at_most("Redis µs a delivery, pubsub", rate(Peer::OursPubsub, REDIS), Some(0.2)),
        at_most(
            "p99 ms at a rate: 1.1 × the bare actix-ws loop's",
            rate(Peer::OursPubsub, P99),
            rate(Peer::BareActixWs, P99).map(|bare| bare * 1.1),
        ),
        at_most("lost, repeated or closed at a rate", rate(Peer::OursPubsub, WRONG), Some(0.0)),
    ]
}

fn sockets(find: &Find<'_>, count: usize) -> Vec<Option<Goal>> {
    use titles::{HANDSHAKES, KIB, P99, SERVER};
    let idle = |peer, column| find.peer(IDLE_TITLE, peer, column);
    let size = |size| find.of(GROWTH_TITLE, &titles::size_name(Peer::OursPubsub, size), SERVER);
    let bare = |size| find.of(GROWTH_TITLE, &titles::size_name(Peer::BareTcp, size), SERVER);
    let rooms = |name: &str| find.of(ROOMS_TITLE, &format!("{}, {count} sockets, {name}", Peer::OursPubsub.name()), SERVER);
    let stalled = |name: &str, column| find.of(STALLED_TITLE, &format!("{}, {name}", Peer::OursPubsub.name()), column);
    let [few, .., many] = titles::sizes(count);
    let growth = |of: &dyn Fn(usize) -> Option<f64>| Some(of(many)? / of(few)?);
    vec![
        at_most(
            "KiB an idle socket: the bare actix-ws's + 1",
            idle(Peer::OursPubsub, KIB),
            idle(Peer::BareActixWs, KIB).map(|bare| bare + 1.0),
        ),
        at_most("the same, stretch: nchan's", idle(Peer::OursPubsub, KIB), idle(Peer::Nchan, KIB)),
        at_least(
            "handshakes a second: 0.7 × the bare actix-ws's",
            idle(Peer::OursPubsub, HANDSHAKES),
            idle(Peer::BareActixWs, HANDSHAKES).map(|bare| bare * 0.7),
        ),
        at_most(
            "server µs a delivery in rooms of ten: 1.3 × one room's",
            rooms("rooms of ten"),
            rooms("one room").map(|one| one * 1.3),
        ),
        at_most(format!("growth of server µs from {few} to {many} sockets"), growth(&size), Some(1.15)),
        at_most("the same, beside what bare TCP grows by", growth(&size), growth(&bare).map(|bare| bare * 1.15)),
        at_most(
            "server µs where 1 % stall: 1.1 × where all read",
            stalled("1 % stalled", SERVER),
            stalled("all read", SERVER).map(|all| all * 1.1),
        ),
        at_most(
            "p99 ms where 1 % stall: 1.1 × where all read",
            stalled("1 % stalled", P99),
            stalled("all read", P99).map(|all| all * 1.1),
        ),
    ]
}

fn pages(find: &Find<'_>) -> Vec<Option<Goal>> {
    use titles::{AT_REST, REQUEST, UNDER_LOAD};
    let name = titles::isolation_name(Deployment::TwoProcesses, SocketLoad::PerSecond(50.0));
    let row = |name| find.of(ROW_TITLE, name, REQUEST);
    vec![
        at_most(
            "p99 ms of a page beside 50,000 deliveries a second: 1.2 × at rest",
            find.of(ISOLATION_TITLE, &name, UNDER_LOAD),
            find.of(ISOLATION_TITLE, &name, AT_REST).map(|rest| rest * 1.2),
        ),
        at_most(
            "server µs a request: 1.3 × the bare handler's",
            row("http-server"),
            row("bare actix-web").map(|bare| bare * 1.3),
        ),
    ]
}
