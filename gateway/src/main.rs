//! The gateway's program. See `gateway --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    gateway::command_line::run(std::env::args_os())
}
