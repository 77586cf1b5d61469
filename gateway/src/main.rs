//! The gateway's program. See `gateway --help`.

use std::process::ExitCode;

/// glibc's keeps what its arenas once held: 200 sign-ins, 19 MiB each for a moment, left 200 to 430 MB resident. This one
/// gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gateway::command_line::run(std::env::args_os())
}
