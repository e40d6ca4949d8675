//! The board as a team runs it: two processes over Redis, and both in one.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use testbed::{Program, Redis, free_port};
use tokio::{io::AsyncReadExt as _, io::AsyncWriteExt as _, net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async, tungstenite::Error, tungstenite::Message, tungstenite::client::IntoClientRequest as _,
};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(60);

struct Site {
    pages: u16,
    sockets: u16,
}

impl Site {
    async fn start(name: &str, port: u16, variables: &[(&str, &str)]) -> Program {
        let program = Program::start(name, variables, &["--bind", "127.0.0.1", "--port", &port.to_string()]);
        program.listens(port).await;
        program
    }

    /// The status, the token that a cookie brought, and the body.
    async fn ask(&self, request: &str, token: &str, body: &Value) -> (String, String, String) {
        self.ask_host("localhost", request, token, body).await
    }

    async fn ask_host(&self, host: &str, request: &str, token: &str, body: &Value) -> (String, String, String) {
        let mut tcp = TcpStream::connect(("127.0.0.1", self.pages)).await.unwrap();
        let (body, length) = (body.to_string(), body.to_string().len());
        let head = format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: kanri={token}\r\n");
        let head = format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        tcp.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await.unwrap();
        let token = answer.split("kanri=").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_default().to_owned();
        let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
        (answer[9..12].to_owned(), token, body)
    }

    async fn open(&self, token: &str, board: u32) -> Socket {
        let mut request = format!("ws://127.0.0.1:{}/ws/boards/{board}/", self.sockets).into_client_request().unwrap();
        request.headers_mut().insert("cookie", format!("kanri={token}").parse().unwrap());
        request.headers_mut().insert("origin", format!("http://127.0.0.1:{}", self.pages).parse().unwrap());
        let tcp = TcpStream::connect(("127.0.0.1", self.sockets)).await.unwrap();
        Socket(client_async(request, tcp).await.unwrap().0)
    }

    /// The status of a handshake that opens no socket.
    async fn refused(&self, path: &str) -> u16 {
        let tcp = TcpStream::connect(("127.0.0.1", self.sockets)).await.unwrap();
        let Err(Error::Http(answer)) = client_async(format!("ws://127.0.0.1:{}{path}", self.sockets), tcp).await else {
            panic!("{path} has a socket")
        };
        answer.status().as_u16()
    }

    async fn member(&self, name: &str) -> (String, Socket) {
        let (status, token, _) = self.ask("POST /api/sign-in", "", &json!({ "name": name })).await;
        assert_eq!(status, "204");
        let socket = self.open(&token, 1).await;
        (token, socket)
    }

    /// Two members at work on one board.
    async fn works(&self) {
        assert!(self.ask("GET /", "", &json!({})).await.2.contains("<title>Kanri</title>"));
        assert_eq!(self.ask("GET /api/boards/1/cards", "", &json!({})).await.0, "401");
        for (path, status) in [("GET /", "400"), ("GET /healthz", "200")] {
            assert_eq!(self.ask_host("evil.example", path, "", &json!({})).await.0, status);
        }
        assert_eq!(self.refused("/ws/boards/one/").await, 404);
        assert_eq!(self.open("forged", 1).await.closed().await, 4401);
        let ((token, mut ann), (other, mut ben)) = (self.member("Ann").await, self.member("Ben").await);
        assert_eq!(self.open(&token, 9).await.closed().await, 4404);
        assert_eq!(ann.hear("presence.joined").await["payload"]["name"], "Ann");
        assert_eq!(ann.hear("presence.joined").await["payload"]["name"], "Ben");
        assert_eq!(ben.hear("hello").await["online"].as_array().unwrap().len(), 2);

        ann.say(&json!({ "type": "add", "title": "Paint the shed" })).await;
        let card = ben.hear("card.changed").await["card"]["id"].clone();
        ann.say(&json!({ "type": "move", "card": card, "lane": 1 })).await;
        assert_eq!(ben.hear("card.changed").await["card"]["lane"], 1);
        ann.say(&json!({ "type": "assign", "card": card, "owner": "Ben" })).await;
        assert_eq!(ben.hear("card.assigned").await["by"], "Ann");
        ann.say(&json!({ "type": "move", "card": card, "lane": 7, "id": 5 })).await;
        let fault = ann.hear("error").await;
        assert_eq!((&fault["code"], &fault["id"]), (&json!("bad_lane"), &json!(5)));
        let (_, _, cards) = self.ask("GET /api/boards/1/cards", &other, &json!({})).await;
        assert!(cards.contains(r#""lane":1,"title":"Paint the shed","owner":"Ben""#), "{cards}");

        let done = format!("POST /api/boards/1/cards/{card}/done");
        assert_eq!(self.ask(&done, "", &json!({})).await.0, "401");
        assert_eq!(self.ask("POST /api/boards/1/cards/99/done", &other, &json!({})).await.0, "404");
        assert_eq!(self.ask(&done, &other, &json!({})).await.0, "204");
        let move_by_ben = async { while ann.hear("card.changed").await["card"]["lane"] != 2 {} };
        timeout(PATIENCE, move_by_ben).await.expect("the page's process reaches the sockets");

        // More at once than a path without limits of its own takes.
        for x in 0..100 {
            ann.0.send(Message::binary(vec![0, x, 2, 0])).await.unwrap();
        }
        for x in 0..100 {
            assert_eq!(ben.frame(Message::is_binary).await.into_data()[7..], [1, 0, x, 2, 0]);
        }
        ben.say(&json!({ "type": "history" })).await;
        assert_eq!(ben.hear("history.page").await["lines"][0][1], "Ann added “Paint the shed”");
        ben.hear("history.end").await;

        assert_eq!(self.ask("POST /api/sign-out", &token, &json!({})).await.0, "204");
        assert_eq!(ann.closed().await, 4401);
        assert_eq!(ben.hear("presence.left").await["payload"]["name"], "Ann");
        assert_eq!(self.open(&token, 1).await.closed().await, 4401);
    }
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn say(&mut self, command: &Value) {
        self.0.send(Message::text(command.to_string())).await.unwrap();
    }

    /// The next frame that is wanted. Pings come in between, so the whole wait is bounded.
    async fn frame(&mut self, is_wanted: impl Fn(&Message) -> bool) -> Message {
        let wanted = async {
            loop {
                let frame = self.0.next().await.unwrap().unwrap();
                if is_wanted(&frame) {
                    return frame;
                }
            }
        };
        timeout(PATIENCE, wanted).await.expect("the frame comes")
    }

    async fn hear(&mut self, kind: &str) -> Value {
        let read = |frame: &Message| serde_json::from_str::<Value>(frame.to_text().unwrap_or_default()).unwrap_or_default();
        read(&self.frame(|frame| read(frame)["type"] == kind).await)
    }

    async fn closed(&mut self) -> u16 {
        let Message::Close(Some(close)) = self.frame(Message::is_close).await else { panic!("a close has a code") };
        close.code.into()
    }
}

#[tokio::test]
async fn works_in_one_process() {
    let port = free_port();
    let _board = Site::start("board", port, &[("BOARD_KEY", KEY)]).await;
    Site { pages: port, sockets: port }.works().await;
}

#[tokio::test]
async fn works_in_two_processes_over_redis() {
    let (redis, folder) = (Redis::start().await, std::env::temp_dir().join(format!("kanri-{}", free_port())));
    std::fs::create_dir(&folder).unwrap();
    let (site, file, url) = (Site { pages: free_port(), sockets: free_port() }, folder.join("board.sqlite3"), redis.url());
    let origin = format!("http://127.0.0.1:{}", site.pages);
    let database = file.to_str().unwrap();
    let variables = [("BOARD_KEY", KEY), ("BOARD_DATABASE", database), ("REDIS_URL", &url), ("ALLOWED_ORIGINS", &origin)];
    let _pages = Site::start("board-web", site.pages, &variables).await;
    let _sockets = Site::start("board-ws", site.sockets, &variables).await;
    site.works().await;
    std::fs::remove_dir_all(folder).unwrap();
}
