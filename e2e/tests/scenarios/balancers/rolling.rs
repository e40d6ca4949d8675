//! Servers that restart one after the other under load.

use e2e::Fleet;
use testbed::BalancerKind;

use crate::load::Load;

/// One server of each kind at a time. Not HAProxy and Caddy: behind them clients got 503 on a busy machine.
#[tokio::test]
async fn nginx_loses_no_request_in_a_rolling_restart() {
    let mut fleet = Fleet::start(BalancerKind::Nginx).await;
    let load = Load::start(|number| fleet.door(number)).await;
    for at in [0, 1] {
        tokio::join!(fleet.web[at].restart(), fleet.ws[at].restart());
        // nginx tries each server before it gives up, so nothing has to wait for it.
    }
    let tally = load.end().await;
    assert!(tally.faults.is_empty(), "{} answers, {} handshakes: {:?}", tally.answers, tally.handshakes, tally.faults);
    assert!(tally.goodbyes > 0, "no socket was on a server that was restarted");
}
