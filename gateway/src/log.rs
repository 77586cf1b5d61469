//! The log: commits, in order, durable before anything leaves the process.
//!
//! Port: [`EventLog`]. Today's implementation keeps each commit in sled and in the day's archive file, under one barrier; a
//! dealer group's will keep it on `JetStream`.

mod commit;

pub use commit::{Commit, CommitCause, RECORD_VERSION};
