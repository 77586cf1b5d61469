//! Opens the outbox, and opens it again after it failed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Config;
use crate::outbox::{Machine, Outbox, SealKey};

const FOLDER: &str = "outbox";

#[derive(Debug)]
pub(super) struct Storage {
    folder: PathBuf,
    key_file: PathBuf,
    /// Whether a write failed since it was opened.
    failed: bool,
    /// The complaint that was last logged: the same one is not repeated every few seconds.
    said: Option<String>,
}

impl Storage {
    pub(super) fn new(config: &Config) -> Self {
        Self { folder: config.data.join(FOLDER), key_file: config.key_file.clone(), failed: false, said: None }
    }

    /// A write failed: the next opening begins with a fresh database.
    pub(super) fn note_failure(&mut self) {
        self.failed = true;
    }

    pub(super) async fn open(&mut self) -> Option<Arc<Outbox>> {
        let (folder, key_file, failed) = (self.folder.clone(), self.key_file.clone(), self.failed);
        let opened = tokio::task::spawn_blocking(move || -> Result<Outbox, String> {
            let key = SealKey::open_or_make(&key_file).map_err(|error| crate::chain(&error))?;
            let machine = Machine::this_run();
            if failed {
                Outbox::renew(&folder, &key, &machine).map_err(|error| crate::chain(&error))?;
            }
            Outbox::open(&folder, key, machine).map_err(|error| crate::chain(&error))
        });
        match opened.await.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(outbox) => {
                self.said = None;
                self.failed = false;
                if outbox.set_aside() > 0 {
                    tracing::error!(
                        records = outbox.set_aside(),
                        "records of the outbox cannot be read (another key file?); they are set aside"
                    );
                }
                tracing::info!(waiting = outbox.len(), "the outbox is open");
                Some(Arc::new(outbox))
            }
            Err(problem) => {
                if self.said.as_ref() != Some(&problem) {
                    tracing::error!(
                        problem,
                        folder = %self.folder.display(),
                        "the outbox does not open; visitors are sent to reception until it does"
                    );
                    self.said = Some(problem);
                }
                None
            }
        }
    }
}
