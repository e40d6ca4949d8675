//! Tables of many sockets: idle, in many rooms, in growing numbers, and with readers that stall.

use super::{
    Step, Suite, Work,
    fan_out::{self, DELIVERIES, FLIGHT, P99, SERVER, SUBSCRIBERS, WRONG},
};
use crate::{
    load::Plan,
    peers::Peer,
    scenario::{IdleFigures, Pace, Setup, idle as idle_sockets},
    table::{Column, Table},
};

const IDLE: usize = 5000;
/// Sockets in each small room.
const IN_A_ROOM: usize = 10;
/// One socket in so many never reads.
const STALLED: usize = 100;
/// Peers of the table of growth: the bare system call, and ours.
pub(crate) const GROWTH_PEERS: [Peer; 2] = [Peer::BareTcp, Peer::OursPubsub];
/// Peers of the table of readers that stall.
const STALLED_PEERS: [Peer; 2] = [Peer::OursPubsub, Peer::OursCore];

/// Title of the table of idle sockets.
pub(crate) const IDLE_TITLE: &str = "5,000 idle sockets";
/// Title of the column of memory.
pub(crate) const KIB: &str = "KiB each";
/// Title of the column of handshakes.
pub(crate) const HANDSHAKES: &str = "handshakes/s";
/// Title of the table of many rooms.
pub(crate) const ROOMS_TITLE: &str = "Many rooms";
/// Title of the table of growth.
pub(crate) const GROWTH_TITLE: &str = "Growth";
/// Title of the table of readers that stall.
pub(crate) const STALLED_TITLE: &str = "Readers that stall";

pub(crate) const COLUMNS: &[Column] = &[
    Column { title: KIB, digits: 1 },
    Column { title: HANDSHAKES, digits: 0 },
    Column { title: "server µs a handshake", digits: 0 },
    Column { title: "KiB each kept after three waves", digits: 1 },
];

pub(super) fn idle_table() -> Table {
    let note = "Memory of the server (PSS) for each socket in a room. Catamaran looks up a session in SQLite for each socket, and sends \
                heartbeats. The last column is the memory that the server still has above its start, after the third wave has left.";
    Table::new(IDLE_TITLE, note, COLUMNS)
}

/// The steps of all four tables.
pub(super) fn steps(suite: &Suite) -> Vec<Step> {
    let idle = suite.in_turn().map(|peer| Step { title: IDLE_TITLE, row: peer.name().to_owned(), work: Work::Idle(peer) });
    let rooms = [("one room", 1), ("rooms of ten", suite.max_sockets / IN_A_ROOM)].map(|(name, rooms)| Step {
        title: ROOMS_TITLE,
        row: format!("{}, {} sockets, {name}", Peer::OursPubsub.name(), suite.max_sockets),
        work: Work::Rooms(rooms),
    });
    let growth = GROWTH_PEERS.into_iter().flat_map(|peer| sizes(suite.max_sockets).map(|size| (peer, size)));
    let growth =
        growth.map(|(peer, size)| Step { title: GROWTH_TITLE, row: size_name(peer, size), work: Work::Growth(peer, size) });
    let stalled =
        STALLED_PEERS.into_iter().flat_map(|peer| [(peer, "all read", 0), (peer, "1 % stalled", SUBSCRIBERS / STALLED)]);
    let stalled = stalled.map(|(peer, name, stalled)| Step {
        title: STALLED_TITLE,
        row: format!("{}, {name}", peer.name()),
        work: Work::Stalled(peer, stalled),
    });
    idle.chain(rooms).chain(growth).chain(stalled).collect()
}

pub(super) async fn idle(peer: Peer) -> anyhow::Result<Vec<f64>> {
    let mut setup = Setup::start(peer, IDLE).await?;
    Ok(row(&idle_sockets(&mut setup, IDLE).await?))
}

pub(crate) fn row(figures: &IdleFigures) -> Vec<f64> {
    vec![figures.kib, figures.handshakes, figures.handshake_cpu, figures.kept]
}

const SHORT_COLUMNS: &[Column] = &[
    Column { title: SERVER, digits: 2 },
    Column { title: "Redis µs", digits: 2 },
    Column { title: P99, digits: 1 },
    Column { title: WRONG, digits: 0 },
];

fn short_row(figures: &crate::scenario::FanOutFigures) -> Vec<f64> {
    let all = fan_out::columns(figures);
    vec![all[0], all[1], all[4], all[5]]
}

pub(super) fn rooms_table() -> Table {
    let note = "50,000 deliveries a second: all sockets in one room, and the same number in rooms of ten, the messages spread over them.";
    Table::new(ROOMS_TITLE, note, SHORT_COLUMNS)
}

pub(super) async fn rooms(suite: &Suite, rooms: usize) -> anyhow::Result<Vec<f64>> {
    let rate = DELIVERIES * rooms as f64 / suite.max_sockets as f64;
    at_a_rate(suite, Peer::OursPubsub, suite.max_sockets, rooms, rate).await
}

pub(super) fn growth_table() -> Table {
    let note = "50,000 deliveries a second in one room, whatever the number of sockets.";
    Table::new(GROWTH_TITLE, note, SHORT_COLUMNS)
}

/// The numbers of sockets in the table of growth.
pub(crate) fn sizes(most: usize) -> [usize; 4] {
    [100, 1000, 5000, most]
}

/// The name of a row.
pub(crate) fn size_name(peer: Peer, size: usize) -> String {
    format!("{}, {size} sockets", peer.name())
}

pub(super) async fn growth(suite: &Suite, peer: Peer, size: usize) -> anyhow::Result<Vec<f64>> {
    at_a_rate(suite, peer, size, 1, DELIVERIES / size as f64).await
}

async fn at_a_rate(suite: &Suite, peer: Peer, sockets: usize, rooms: usize, rate: f64) -> anyhow::Result<Vec<f64>> {
    let mut setup = Setup::start(peer, sockets).await?;
    setup.connect(setup.plan(sockets, rooms)).await?;
    Ok(short_row(&fan_out::run(suite, &mut setup, Pace::PerSecond(rate)).await?))
}

pub(super) fn stalled_table() -> Table {
    let note = "The closed loop with 1,000 sockets that read, and with ten more that have stopped reading.";
    Table::new(STALLED_TITLE, note, SHORT_COLUMNS)
}

pub(super) async fn stalled(suite: &Suite, peer: Peer, stalled: usize) -> anyhow::Result<Vec<f64>> {
    let mut setup = Setup::start(peer, SUBSCRIBERS + stalled).await?;
    let mut plan: Plan = setup.plan(SUBSCRIBERS + stalled, 1);
    plan.subscribers.iter_mut().take(stalled).for_each(|subscriber| subscriber.is_stalled = true);
    setup.connect(plan).await?;
    Ok(short_row(&fan_out::run(suite, &mut setup, FLIGHT).await?))
}
