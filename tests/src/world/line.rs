//! The way from a page to the gateway, which can be cut or fall silent: the gateway goes on meanwhile, and so does the page.

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What a line does with what is sent over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Carries,
    /// Every connection ends, and none begins.
    Cut,
    /// Connections stay, and nothing comes through: Wi-Fi out of reach.
    Silent,
}

/// A line on a port of its own. It ends with the runtime.
#[derive(Debug)]
pub struct Line {
    url: String,
    state: watch::Sender<State>,
}

impl Line {
    /// A line to the gateway at `HOST:PORT`.
    ///
    /// # Errors
    /// When nothing can be listened on.
    pub async fn to(gateway: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (state, seen) = watch::channel(State::Carries);
        let gateway = gateway.to_owned();
        tokio::spawn(async move {
            while let Ok((page, _)) = listener.accept().await {
                tokio::spawn(carry(page, gateway.clone(), seen.clone()));
            }
        });
        Ok(Self { url, state })
    }

    /// Where pages find the gateway over it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends every connection, and lets none begin.
    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Lets nothing through, and says nothing about it.
    pub fn fall_silent(&self) {
        self.state.send_replace(State::Silent);
    }

    /// Carries again, also what was sent meanwhile.
    pub fn mend(&self) {
        self.state.send_replace(State::Carries);
    }
}

/// Carries bytes both ways until one side closes, or the line is cut.
async fn carry(mut page: TcpStream, gateway: String, mut state: watch::Receiver<State>) {
    let bytes = async {
        let mut gateway = TcpStream::connect(gateway).await?;
        copy_bidirectional(&mut page, &mut gateway).await
    };
    tokio::pin!(bytes);
    loop {
        let now = *state.borrow_and_update();
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            _ = &mut bytes, if now == State::Carries => return,
            () = std::future::ready(()), if now == State::Cut => return,
        }
    }
}
