//! Debian's mosquitto as a child process, with the sample rules of `assets/mqtt`.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::certificate::Certificates;
use super::showroom::SOON;

pub(super) struct Mosquitto {
    pub(super) addr: SocketAddr,
    folder: tempfile::TempDir,
    child: Child,
}

/// Accounts: the gateway, kiosks `a` and `b`. Everybody's password is the name.
const USERS: [&str; 3] = ["gateway", "a", "b"];

impl Mosquitto {
    pub(super) async fn start(certificates: Option<&Certificates>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let addr = free_port();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for (index, user) in USERS.iter().enumerate() {
            let mut arguments = vec!["-b".to_owned()];
            if index == 0 {
                arguments.push("-c".to_owned());
            }
            arguments.extend([at("passwords"), (*user).to_owned(), (*user).to_owned()]);
            let done = Command::new("mosquitto_passwd").args(&arguments).stderr(Stdio::null()).status();
            assert!(done.expect("mosquitto is not installed").success());
        }
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/mqtt/mosquitto.acl");
        std::fs::copy(sample, at("acl")).unwrap();
        let mut config = format!(
            "listener {} 127.0.0.1\nallow_anonymous false\npassword_file {}\nacl_file {}\npersistence true\n\
             persistence_location {}/\nautosave_interval 1\nautosave_on_changes true\nset_tcp_nodelay true\n",
            addr.port(),
            at("passwords"),
            at("acl"),
            folder.path().display(),
        );
        if let Some(certificates) = certificates {
            let path = |name| certificates.path(name).display().to_string();
            config = format!("{config}certfile {}\nkeyfile {}\n", path("server.pem"), path("server.key"));
        }
        // Started by root, it would become another user, who may not read the folder.
        config += "user root\n";
        std::fs::write(at("conf"), config).unwrap();
        let child = run(folder.path());
        let broker = Self { addr, folder, child };
        broker.ready().await;
        broker
    }

    async fn ready(&self) {
        let connecting = async {
            while tokio::net::TcpStream::connect(self.addr).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(SOON, connecting).await.expect("mosquitto does not listen");
    }

    /// Ends it like a power cut.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The same broker on the same port, with an empty memory.
    pub(super) async fn start_anew(&mut self) {
        let _ = std::fs::remove_file(self.folder.path().join("mosquitto.db"));
        self.child = run(self.folder.path());
        self.ready().await;
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(folder: &Path) -> Child {
    Command::new("mosquitto")
        .arg("-c")
        .arg(folder.join("conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("mosquitto is not installed")
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
