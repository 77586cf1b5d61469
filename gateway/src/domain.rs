//! The showroom's rules. PURE: no I/O, no async, no clock, no randomness, no log line, no hash order.
//!
//! One [`State`], three ways in: [`State::decide`] answers an input with events or a [`Refusal`] and changes nothing;
//! [`State::due`] says what time alone has brought about; [`State::apply`] is the only mutation, the same code live and
//! in replay. [`effects`] derives from an applied event what the outside has to be told.
//!
//! Invariants: a decision depends on the state, the input and `now` alone; replaying the events gives the same state;
//! personal data stands only in [`secret::Secret`], which cannot be written down unsealed.

pub mod audit;
pub mod command;
pub mod customer;
pub mod diary;
pub mod effect;
pub mod event;
pub mod floor;
pub mod morning;
pub mod roster;
pub mod sales;
pub mod secret;
pub mod state;

pub use command::{Actor, Command, Input, Refusal};
pub use effect::{Effect, effects};
pub use event::Event;
pub use state::{Rules, State};
