//! Commands on a data folder: the same [`Operations`], whether a gateway runs on the folder or not.
//!
//! While one runs it listens on `<data>/control.sock` (mode 0600, so whoever may read the folder's owner's files may ask) and
//! the command line sends it a [`Request`]; without one the command line opens the folder itself. Who comes first is
//! decided by the folder's lock, never by the socket.
//!
//! Protocol: one JSON line with the request; back comes one JSON line with the [`Status`]; after `{"ok":true}` the output in
//! frames (four bytes of length, big-endian, then the bytes), an empty frame, and a last status line. An answer that stops
//! before its last status line was cut off.
//!
//! Not here: parsing arguments (`command_line`), formats (`report`).

mod address;
mod answer;
mod client;
mod keeping;
mod operations;
mod people;
mod records;
mod request;
mod server;
#[cfg(test)]
mod tests;

pub use answer::Status;
pub use client::{ClientError, ask};
pub(crate) use operations::in_full;
pub use operations::{OperationError, Operations};
pub use request::Request;
pub use server::{ControlError, serve};
