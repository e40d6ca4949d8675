//! One server: whether it answers, how fast, and what the user may do there.

use std::time::Duration;

use catamaran::Clock;
use catamaran_redis::inspect::{BufferLimit, ClientClass, InspectFault, InspectedHost, ServerFacts};

use super::{Finding, server};
use crate::{
    Layer,
    format::{bytes, span},
};

const PINGS: usize = 20;
/// With a slower answer, users notice each send.
const SLOW: Duration = Duration::from_millis(20);
const STALLED: Duration = Duration::from_millis(250);
/// Messages expire by their sender's clock. This difference is a tenth of the default expiry.
const SKEW: Duration = Duration::from_secs(5);
/// A burst of events for one room must fit.
const SMALL_BUFFER: u64 = 1 << 20;

pub(super) fn out_of_reach(fault: &InspectFault) -> Finding {
    let text = fault.to_string();
    let advice = match () {
        () if text.contains("WRONGPASS") || text.contains("NOAUTH") || text.contains("authentication failed") => {
            "REDIS_URL needs the right password: redis://USER:PASSWORD@HOST, or redis://:PASSWORD@HOST for the default user"
        }
        () if text.contains("cluster support disabled") => "it is no node of a Cluster: CHANNEL_LAYER=redis-pubsub",
        () if text.contains("knows no master") => "is REDIS_SENTINEL_MASTER the name that the Sentinels know (SENTINEL MASTERS)?",
        () if text.contains("refused") => "is Redis running, at the host and port in REDIS_URL?",
        () if text.contains("Parse error") => "that server is no Redis, or it expects TLS: rediss://",
        () if text.contains("HELLO") => "Redis 6 or newer is needed",
        () if text.contains("REDIS_TLS_") || text.contains("REDIS_URL") => "correct the setting that the message names",
        () if text.contains("ertificate") => {
            "REDIS_TLS_CA names the authority to trust; REDIS_TLS_INSECURE=true accepts any certificate"
        }
        () => "check the host and port in REDIS_URL, rediss:// if the server expects TLS, and the firewalls on the way",
    };
    Finding::error("reach", text, advice)
}

pub(super) async fn findings(
    host: &InspectedHost,
    facts: &Result<ServerFacts, InspectFault>,
    layer: Layer,
    prefix: &str,
    clock: &Clock,
) -> Vec<Finding> {
    let mut found = vec![ping(host, clock).await];
    found.extend(rights(host, layer, prefix).await);
    match facts {
        Ok(facts) => found.extend(server::findings(facts, layer)),
        Err(fault) => found.push(Finding::unknown_because("server", "version, role and limits", fault)),
    }
    found.push(buffers(host, layer).await);
    if layer == Layer::Core {
        found.push(time(host, clock).await);
        found.push(scripts(host).await);
        found.push(tracking(host).await);
    }
    found
}

async fn ping(host: &InspectedHost, clock: &Clock) -> Finding {
    let mut times = match host.round_trips(PINGS, clock).await {
        Ok(times) => times,
        Err(fault) => return Finding::unknown_because("ping", "how fast it answers", &fault),
    };
    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    let text = format!("answers in {} ({PINGS} PINGs: median; worst {})", span(median), span(worst));
    let finding = match median > SLOW || worst > STALLED {
        true => Finding::warning(
            "ping",
            text,
            "every send and every join takes at least as long: is Redis far away, or busy (SLOWLOG GET)?",
        ),
        false => Finding::ok("ping", text),
    };
    finding.with("median_us", micros(median)).with("worst_us", micros(worst))
}

async fn time(host: &InspectedHost, clock: &Clock) -> Finding {
    let theirs = match host.time().await {
        Ok(time) => time,
        Err(fault) => return Finding::unknown_because("clock", "its clock", &fault),
    };
    let ours = clock.wall();
    let apart = theirs.duration_since(ours).or_else(|_| ours.duration_since(theirs)).unwrap_or_default();
    let finding = match apart > SKEW {
        true => Finding::warning(
            "clock",
            format!("its clock and the one of this machine are {} apart", span(apart)),
            "messages and memberships carry the time of their sender: with wrong clocks they expire too early. Set both by NTP",
        ),
        false => Finding::ok("clock", format!("its clock and the one of this machine agree ({} apart)", span(apart))),
    };
    finding.with("apart_us", micros(apart))
}

/// Runs the layer's commands once in a way that changes nothing. In a Cluster the layer itself reports missing rights.
async fn rights(host: &InspectedHost, layer: Layer, prefix: &str) -> Option<Finding> {
    let tried = match layer {
        Layer::Core => host.try_core(prefix).await,
        Layer::PubSub => host.try_pubsub(prefix).await,
        Layer::Cluster => return None,
    };
    Some(match tried {
        Ok(()) => Finding::ok("rights", format!("lets this user do what {} does", layer.name())),
        Err(InspectFault::Missing { rights, said }) => {
            Finding::error("rights", said, format!("ACL SETUSER NAME {}", quoted(&rights)))
        }
        Err(fault) => Finding::unknown_because("rights", "what this user may do", &fault),
    })
}

/// Quotes `rights` for a shell, which interprets `&` and `*`.
fn quoted(rights: &str) -> String {
    let quoted: Vec<_> =
        rights.split(' ').map(|right| if right.starts_with('+') { right.to_owned() } else { format!("'{right}'") }).collect();
    quoted.join(" ")
}

async fn scripts(host: &InspectedHost) -> Finding {
    match host.try_script().await {
        Ok(()) => Finding::ok("scripts", "runs scripts"),
        Err(fault) => Finding::error(
            "scripts",
            format!("does not run scripts: {}", fault.reason()),
            "redis-core sends by scripts: allow this user +evalsha +script|load, or use redis-pubsub",
        ),
    }
}

async fn tracking(host: &InspectedHost) -> Finding {
    match host.try_tracking().await {
        Ok(()) => Finding::ok("tracking", "reports changed keys (CLIENT TRACKING)"),
        Err(fault) => Finding::warning(
            "tracking",
            format!("does not report changed keys: {}", fault.reason()),
            "the layer polls general channels 20 times a second instead: allow this user +client|tracking",
        ),
    }
}

async fn buffers(host: &InspectedHost, layer: Layer) -> Finding {
    let (class, name) = if layer == Layer::Core { (ClientClass::Normal, "normal") } else { (ClientClass::PubSub, "pubsub") };
    let BufferLimit { hard, soft, soft_for, .. } = match host.buffer_limit(class).await {
        Ok(limit) => limit,
        Err(fault) => return Finding::unknown_because("buffers", "how much it keeps for a client that does not read", &fault),
    };
    let finding = match (class, hard, soft) {
        (ClientClass::PubSub, 0, 0) => Finding::warning(
            "buffers",
            "keeps what a subscriber has not read, without any limit",
            "one process that hangs fills its memory: CONFIG SET client-output-buffer-limit 'pubsub 32mb 8mb 60'",
        ),
        (_, 0, 0) => Finding::ok("buffers", "keeps what a client has not read, without any limit"),
        (_, hard, _) if hard > 0 && hard < SMALL_BUFFER => Finding::warning(
            "buffers",
            format!("closes a connection with {} unread: less than one large event", bytes(hard)),
            format!("CONFIG SET client-output-buffer-limit '{name} 32mb 8mb 60'"),
        ),
        _ => Finding::ok(
            "buffers",
            format!("closes a connection with {} unread, or {} for {}", bytes(hard), bytes(soft), span(soft_for)),
        ),
    };
    finding.with("hard_bytes", hard).with("soft_bytes", soft)
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
