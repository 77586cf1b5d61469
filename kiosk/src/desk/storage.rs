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
    /// The complaint that was last logged: the same one is not repeated every few seconds.
    said: Option<String>,
}

impl Storage {
    pub(super) fn new(config: &Config) -> Self {
        Self { folder: config.data.join(FOLDER), key_file: config.key_file.clone(), said: None }
    }

    pub(super) async fn open(&mut self) -> Option<Arc<Outbox>> {
        let (folder, key_file) = (self.folder.clone(), self.key_file.clone());
        let opened = tokio::task::spawn_blocking(move || -> Result<Outbox, String> {
            let key = SealKey::open_or_make(&key_file).map_err(|error| crate::chain(&error))?;
            Outbox::open(&folder, key, Machine::this_run()).map_err(|error| crate::chain(&error))
        });
        match opened.await.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(outbox) => {
                self.said = None;
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
