//! A service outside the showroom, played on this machine: it keeps what it is sent and answers as the test has it.

use std::io::{Error, ErrorKind};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use shared::clock::{Clock as _, SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::wait;

/// Requests that may wait to be looked at.
const KEPT: usize = 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Status line and body of an answer.
pub type Answer = (&'static str, &'static str);

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `POST`, …
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Asked {
    /// A header's value.
    ///
    /// # Errors
    /// When it is not there.
    pub fn header(&self, name: &str) -> Result<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).with_context(|| format!("no {name} in {:?}", self.headers))
    }

    /// The body.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| String::from_utf8_lossy(&self.body).into_owned())
    }

    /// Checks the signature as a receiver does by the Standard Webhooks specification.
    ///
    /// # Errors
    /// When headers are missing, the time is not now, or `secret` did not sign it.
    pub fn is_signed_by(&self, secret: &str) -> Result<()> {
        let (id, timestamp) = (self.header("webhook-id")?, self.header("webhook-timestamp")?);
        let age = SystemClock.now().timestamp() - timestamp.parse::<i64>()?;
        ensure!((0..=60).contains(&age), "signed {age} s ago");
        let key = STANDARD.decode(secret.strip_prefix("whsec_").context("a secret of webhooks")?)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(&self.body);
        let signature = self.header("webhook-signature")?.strip_prefix("v1,").context("the first version")?;
        mac.verify_slice(&STANDARD.decode(signature)?).context("somebody else's signature")
    }
}

/// The service.
#[derive(Debug)]
pub struct Outside {
    url: String,
    asked: mpsc::Receiver<Asked>,
}

impl Outside {
    /// Opens it on a free port; `answers` gives status and body.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn open(answers: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sender, asked) = mpsc::channel(KEPT);
        tokio::spawn(async move {
            // Until nobody waits for what comes. Full: the test looks at none of it any more.
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(request) = answer(stream, &answers).await else { continue };
                if sender.try_send(request).is_err() {
                    break;
                }
            }
        });
        Ok(Self { url, asked })
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next request.
    ///
    /// # Errors
    /// When none comes.
    pub async fn asked(&mut self) -> Result<Asked> {
        let next = tokio::time::timeout(wait::LIMIT, self.asked.recv());
        next.await.context("nothing was sent")?.context("the service has ended")
    }

    /// Everything that came and was not looked at.
    pub fn rest(&mut self) -> Vec<Asked> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }
}

async fn answer(mut stream: TcpStream, answers: &impl Fn(&Asked) -> Answer) -> Result<Asked> {
    let mut bytes = Vec::new();
    let asked = loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof).into());
        }
        if let Some(whole) = read(&bytes)? {
            break whole;
        }
    };
    let (status, body) = answers(&asked);
    let length = body.len();
    let kind = "content-type: application/json";
    let text = format!("HTTP/1.1 {status}\r\n{kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await?;
    Ok(asked)
}

/// The request, once it is all there.
fn read(bytes: &[u8]) -> Result<Option<Asked>> {
    let Some(end) = bytes.windows(HEAD_END.len()).position(|four| four == HEAD_END) else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut asked = Asked { method, target, headers: lines.filter_map(pair).collect(), body: Vec::new() };
    let length: usize = asked.header("content-length").map_or(Ok(0), str::parse)?;
    let body = bytes.get(end + HEAD_END.len()..).and_then(|body| body.get(..length));
    Ok(body.map(|body| {
        asked.body = body.to_vec();
        asked
    }))
}
