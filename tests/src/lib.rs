//! The tests' own world: real binaries, a real MQTT broker, real HTTP and SSE. Nothing here knows the inside of the gateway or
//! the kiosk; only the outer contract (`shared/PROTOCOL.md`, the command line) and the wire types are used.
//!
//! - [`world`]: a showroom with kiosks, phones, brokers and fast-forward, for the end-to-end tests in `tests/tests`.
//! - [`load`]: the load driver (`cargo run --release -p tests --bin load -- --help`).
//! - [`faults`]: kill -9, power cuts and failing disks (`cargo run -p tests --bin faults -- --help`).
//! - [`glass`]: the kiosk beside a browser that shows the same visit (`cargo run --release -p tests --bin kiosk-start`).
//! - [`wear`]: the kiosk's memory over thousands of visitors (`cargo run --release -p tests --bin kiosk-sessions`).
//! - [`saturday`]: a day of a showroom in minutes (`cargo run --release -p tests --bin saturday`).
//! - [`process`], [`programs`], [`wait`], [`random`], [`sse`]: what all of them stand on.
//!
//! Invariants: processes are stopped by their own id, never by name; waiting polls a condition with a deadline; every random
//! choice comes from a seed that is printed.

pub mod faults;
pub mod glass;
pub mod load;
pub mod process;
pub mod programs;
pub mod random;
pub mod saturday;
pub mod sse;
pub mod wait;
pub mod wear;
pub mod world;
