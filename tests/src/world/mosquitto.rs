//! Debian's mosquitto as the external broker, on a free port of its own.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::certificate::Certificate;
use crate::process::Process;
use crate::wait;

/// A mosquitto of this test.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    config: PathBuf,
    port: u16,
}

impl Mosquitto {
    /// Starts a broker whose files are in a folder, with TLS where a certificate is given.
    ///
    /// # Errors
    /// When it does not listen.
    pub async fn start(folder: &Path, tls: Option<&Certificate>) -> Result<Self> {
        let home = folder.join("mosquitto");
        std::fs::create_dir_all(&home).context("the broker's folder")?;
        // A port that was free a moment ago may be taken by another test: then the next one.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let config = home.join("mosquitto.conf");
            std::fs::write(&config, text(port, &home, tls)).context("the broker's configuration")?;
            let mut broker = Self { process: launch(&config)?, config, port };
            if broker.listens().await? {
                return Ok(broker);
            }
        }
        bail!("mosquitto found no free port")
    }

    async fn listens(&mut self) -> Result<bool> {
        let port = self.port;
        let process = &mut self.process;
        wait::until_async("mosquitto to listen", || {
            let ended = process.ended();
            async move {
                if ended?.is_some() {
                    return Ok(Some(false));
                }
                Ok(TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(true))
            }
        })
        .await
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// kill -9, and the same broker again on the same port.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn crash(&mut self) -> Result<()> {
        self.process.kill().await?;
        self.process = launch(&self.config)?;
        if !self.listens().await? {
            bail!("mosquitto did not come back:\n{}", self.process.err.tail());
        }
        Ok(())
    }
}

fn launch(config: &Path) -> Result<Process> {
    // Debian puts it where only root looks.
    let standard = Path::new("/usr/sbin/mosquitto");
    let program = if standard.exists() { standard } else { Path::new("mosquitto") };
    Process::start("mosquitto", Command::new(program).arg("-c").arg(config))
}

fn text(port: u16, home: &Path, tls: Option<&Certificate>) -> String {
    let mut text = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {}/\n\
         max_queued_messages 0\nset_tcp_nodelay true\n",
        home.display()
    );
    if rustix::process::geteuid().is_root() {
        // It gives root away at the start, and could not write into the test's folder any more.
        text.push_str("user root\n");
    }
    if let Some(tls) = tls {
        let lines = [format!("certfile {}\n", tls.chain().display()), format!("keyfile {}\n", tls.key().display())];
        text.extend(lines);
    }
    text
}
