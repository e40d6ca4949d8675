//! Redis connections of a process do not grow with its sockets.

use e2e::{Data, Person, Site};

/// Ada is one user with all of them.
const MANY_SOCKETS: (&str, &str) = ("WS_MAX_SOCKETS_PER_USER", "2000");

/// Beside the lines to our processes there is the one of the question itself.
async fn clients(site: &Site) -> usize {
    let list = site.redis.cli(&["CLIENT", "LIST"]).await;
    list.lines().filter(|line| !line.contains("cmd=client")).count()
}

crate::in_both_dialects!(two_for_each_process_with_one_socket_and_with_a_thousand);

async fn two_for_each_process_with_one_socket_and_with_a_thousand(layer: &str) {
    let site = Site::start_with(Data::sqlite(), &[("CHANNEL_LAYER", layer), MANY_SOCKETS]).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut first = ada.enter(&code).await;
    first.frame("room.state").await;
    // web answers before its own second line may be up.
    let with_one = testbed::eventually(std::time::Duration::from_secs(10), || async {
        let now = clients(&site).await;
        (now >= 4).then_some(now)
    })
    .await;

    let mut sockets = Vec::new();
    while sockets.len() < 999 {
        let mut socket = ada.enter(&code).await;
        socket.frame("room.state").await;
        sockets.push(socket);
    }
    assert_eq!(clients(&site).await, with_one, "with a thousand sockets");
    // Each of them receives a message once.
    ada.post(&code, "hello, all of me").await;
    for socket in sockets.iter_mut().chain([&mut first]) {
        socket.message("hello, all of me").await;
    }
    // Without web only ws-server's own are left.
    site.web.kill9();
    let alone = testbed::eventually(std::time::Duration::from_secs(10), || async {
        let now = clients(&site).await;
        (now < with_one).then_some(now)
    })
    .await;
    assert_eq!((alone, with_one), (2, 4));
}

/// A leaked part of a socket (such as a clone of its session) would keep its descriptor open for ever.
#[tokio::test]
async fn clients_that_vanish_leave_no_descriptor_behind() {
    let site = Site::start_with(Data::sqlite(), &[MANY_SOCKETS]).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let before = {
        let mut first = ada.enter(&code).await;
        first.frame("room.state").await;
        site.ws.descriptors()
    };
    let mut sockets = Vec::new();
    while sockets.len() < 200 {
        let mut socket = ada.enter(&code).await;
        socket.frame("room.state").await;
        sockets.push(socket);
    }
    assert!(site.ws.descriptors() >= before + 199);
    drop(sockets); // without a word
    // The database's pool may have grown meanwhile.
    let gone = async || (site.ws.descriptors() <= before + 20).then_some(());
    testbed::eventually(std::time::Duration::from_secs(20), gone).await;
}
