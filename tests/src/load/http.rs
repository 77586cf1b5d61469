//! HTTP/1.1 as lean as it can be, so that 200 phones cost the machine little: one request at a time on a connection kept open.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::sse;

/// A connection for requests.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
    token: String,
    /// The gateway closes it after its last answer.
    closes: bool,
}

/// The head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    length: Option<usize>,
    chunked: bool,
    closes: bool,
}

impl Connection {
    /// Connects to `HOST:PORT`; every request carries the token.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: &str, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| address.to_owned())?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host: address.to_owned(), token: token.to_owned(), closes: false })
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks; it is of no use then.
    pub async fn request(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        self.send(method, path, "", body).await?;
        let head = self.head().await?;
        self.closes = head.closes;
        let mut answer = Vec::new();
        if head.chunked {
            while self.chunk(&mut answer).await? {}
        } else if let Some(length) = head.length {
            answer.resize(length, 0);
            self.stream.read_exact(&mut answer).await?;
        }
        Ok((head.status, answer))
    }

    /// Whether another request may follow.
    #[must_use]
    pub fn stays_open(&self) -> bool {
        !self.closes
    }

    /// Opens a stream of server-sent events.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn stream(mut self, path: &str, last: Option<&str>) -> Result<Stream> {
        let mut headers = "Accept: text/event-stream\r\n".to_owned();
        if let Some(last) = last {
            headers.extend(["Last-Event-ID: ", last, "\r\n"]);
        }
        self.send("GET", path, &headers, "").await?;
        let head = self.head().await?;
        if head.status != 200 || !head.chunked {
            bail!("the stream is refused: {}", head.status);
        }
        Ok(Stream { connection: self, reader: sse::Reader::default(), piece: Vec::new() })
    }

    async fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<()> {
        let (host, token, length) = (&self.host, &self.token, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).await.context("send a request")
    }

    async fn head(&mut self) -> Result<Head> {
        let mut head = Head { status: 0, length: None, chunked: false, closes: false };
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                bail!("the gateway closed the connection");
            }
            let text = line.trim_end();
            if text.is_empty() {
                return Ok(head);
            }
            head.line(text);
        }
    }

    /// Reads one chunk; false after the last.
    async fn chunk(&mut self, into: &mut Vec<u8>) -> Result<bool> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            bail!("the gateway closed the connection");
        }
        let size =
            usize::from_str_radix(line.trim_end().split(';').next().unwrap_or(""), 16).context("a chunk's size")?;
        let from = into.len();
        into.resize(from + size + 2, 0);
        self.stream.read_exact(into.get_mut(from..).unwrap_or_default()).await?;
        into.truncate(from + size);
        Ok(size > 0)
    }
}

impl Head {
    fn line(&mut self, line: &str) {
        if self.status == 0 {
            self.status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(500);
            return;
        }
        let Some((name, value)) = line.split_once(':') else { return };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => self.length = value.trim().parse().ok(),
            "transfer-encoding" => self.chunked = value.trim().eq_ignore_ascii_case("chunked"),
            "connection" => self.closes = value.trim().eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
}

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    connection: Connection,
    reader: sse::Reader,
    piece: Vec<u8>,
}

impl Stream {
    /// For `Last-Event-ID`.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.reader.last_id()
    }

    /// Waits for the next events.
    ///
    /// # Errors
    /// When the stream ends.
    pub async fn events(&mut self) -> Result<Vec<sse::Event>> {
        self.piece.clear();
        if !self.connection.chunk(&mut self.piece).await? {
            bail!("the gateway closed the stream");
        }
        Ok(self.reader.push(&self.piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_whatever_the_case_of_their_names() {
        let mut head = Head { status: 0, length: None, chunked: false, closes: false };
        for line in
            ["HTTP/1.1 204 No Content", "content-LENGTH: 17", "Transfer-Encoding: chunked", "connection: Close", "x"]
        {
            head.line(line);
        }
        assert_eq!(head, Head { status: 204, length: Some(17), chunked: true, closes: true });
    }
}
