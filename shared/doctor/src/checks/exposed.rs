//! Addresses that operators use and no stranger may read.

use catamaran_boot::findings::Finding;

use super::or_unknown;
use crate::{fault::Fault, http::Request, visit::Visit};

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    let metrics = or_unknown("metrics", "/metrics", metrics(visit).await);
    vec![metrics, or_unknown("ops", "/ops", ops(visit).await)]
}

async fn metrics(visit: &Visit) -> Result<Finding, Fault> {
    let answer = Request::get("/metrics").send(&visit.dialer, &visit.site).await?;
    let shown = answer.status == 200 && answer.body.contains("# TYPE");
    Ok(match shown {
        false => Finding::ok("metrics", format!("/metrics is not reached from outside ({})", answer.status)),
        true => Finding::error(
            "metrics",
            "any client reads /metrics",
            "route /metrics to no process (nginx: remove its location), and bind METRICS_BIND to an address that only Prometheus reaches",
        ),
    })
}

async fn ops(visit: &Visit) -> Result<Finding, Fault> {
    let answer = Request::get("/ops").header("Accept", "text/html").send(&visit.dialer, &visit.site).await?;
    Ok(match answer.status {
        200 => {
            Finding::error("ops", "any client reads /ops without a credential", "let no proxy add a credential, or shut /ops out")
        }
        status => Finding::ok("ops", format!("/ops shows nothing to a stranger ({status})")),
    })
}
