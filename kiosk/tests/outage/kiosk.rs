//! A headless kiosk process.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value;

use crate::broker::Broker;

const TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct Kiosk {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
}

impl Kiosk {
    /// With its data in `folder`/data, and further keys of the configuration as environment variables.
    pub(crate) fn start(folder: &Path, broker: &Broker, keys: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kiosk"));
        command.arg("--headless").arg("--data").arg(folder.join("data"));
        command.env("YINGBIN_KIOSK_MQTT_URL", format!("mqtt://127.0.0.1:{}", broker.port));
        for (key, value) in keys {
            command.env(format!("YINGBIN_KIOSK_{key}"), value);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(100_000);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { input: child.stdin.take(), child, lines }
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line that shows this; others are passed over.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, shown: &str) -> Value {
        let (line, _) = self.all_until(shown);
        line
    }

    /// The next line that shows this, and those before it.
    #[track_caller]
    pub(crate) fn all_until(&mut self, shown: &str) -> (Value, Vec<Value>) {
        let mut passed = Vec::new();
        loop {
            match self.lines.recv_timeout(TIMEOUT) {
                Ok(line) if line["shown"] == shown => return (line, passed),
                Ok(line) => passed.push(line),
                Err(error) => panic!("the kiosk does not show {shown} ({error}); it showed {passed:?}"),
            }
        }
    }

    /// As a power cut would, for the process.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Ends the input, and waits for the kiosk to end.
    pub(crate) fn end(&mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        self.kill();
    }
}
