//! The command line's end of the socket.

use std::io::{self, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::answer::{PassError, Status, pass_on};
use super::request::Request;
use super::{address::Address, server::SOCKET};

/// Why a running gateway did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It says no.
    #[error("{detail}")]
    Refused {
        /// Stable, for programs.
        code: String,
        /// For people.
        detail: String,
    },
    /// It stopped in the middle.
    #[error("the gateway's answer was cut off; what came so far is not complete")]
    CutOff(#[source] io::Error),
    /// The output cannot be written.
    #[error("the output cannot be written")]
    Output(#[source] io::Error),
    /// The socket is there and does not let us in.
    #[error("the gateway's control socket cannot be used; run this as the gateway's user")]
    Socket(#[source] io::Error),
}

/// Asks the gateway that runs on `data`, and passes its output on. `None`: no gateway runs there.
///
/// # Errors
/// When it refuses, stops in the middle, or the output cannot be written.
pub fn ask(data: &Path, request: &Request, out: &mut impl Write) -> Option<Result<(), ClientError>> {
    let address = Address::of(data, SOCKET).ok()?;
    let stream = match UnixStream::connect(&address.path) {
        Ok(stream) => stream,
        Err(fault) if matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return None;
        }
        Err(fault) => return Some(Err(ClientError::Socket(fault))),
    };
    Some(converse(&stream, request, out))
}

fn converse(mut stream: &UnixStream, request: &Request, out: &mut impl Write) -> Result<(), ClientError> {
    let mut line = serde_json::to_vec(request).map_err(|fault| ClientError::CutOff(fault.into()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(ClientError::CutOff)?;
    match pass_on(&mut BufReader::new(stream), out) {
        Ok(Status::Ok(_)) => out.flush().map_err(ClientError::Output),
        Ok(Status::Error { code, detail }) => Err(ClientError::Refused { code, detail }),
        Err(PassError::Cut(fault)) => Err(ClientError::CutOff(fault)),
        Err(PassError::Output(fault)) => Err(ClientError::Output(fault)),
    }
}
