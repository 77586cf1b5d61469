//! A receiver on this machine that keeps what it is sent and answers as it is told.

use std::collections::VecDeque;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::sync::mpsc;

/// Whatever takes longer is broken.
pub(super) const SOON: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(super) enum Says {
    Status(u16),
    Later(u16, &'static str),
    Json(&'static str),
    Nothing,
}

#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

pub(super) struct Receiver {
    pub(super) addr: SocketAddr,
    asked: mpsc::Receiver<Asked>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Clone)]
struct Counter {
    script: Arc<Mutex<VecDeque<Says>>>,
    after: Says,
    asked: mpsc::Sender<Asked>,
}

impl Receiver {
    /// Answers by the script, and the same ever after.
    pub(super) async fn open(script: &[Says], after: Says) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, asked) = mpsc::channel(1024);
        let script = Arc::new(Mutex::new(script.iter().cloned().collect()));
        let router = Router::new().fallback(answer).with_state(Counter { script, after, asked: sender });
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { addr, asked, server }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    pub(super) async fn asked(&mut self) -> Asked {
        tokio::time::timeout(SOON, self.asked.recv()).await.expect("nothing was sent").unwrap()
    }

    pub(super) fn nothing_more(&mut self) -> bool {
        self.asked.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(counter): State<Counter>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let asked = Asked { method: head.method.to_string(), target: head.uri.to_string(), headers: head.headers, body };
    counter.asked.send(asked).await.unwrap();
    let says = counter.script.lock().unwrap().pop_front().unwrap_or(counter.after);
    let answer = |status: u16| Response::builder().status(StatusCode::from_u16(status).unwrap());
    match says {
        Says::Status(status) => answer(status).body(Body::empty()).unwrap(),
        Says::Later(status, when) => answer(status).header("retry-after", when).body(Body::empty()).unwrap(),
        Says::Json(text) => answer(200).body(Body::from(text)).unwrap(),
        Says::Nothing => pending().await,
    }
}
