//! Customers: who has been here before, and whose customer they are 归属.
//!
//! So far somebody is known by the telephone number of a contact that is kept with consent; profiles, tags and care come with their
//! issues. [`book`] is the state; `recognition` decides who is known when a number is told; `number` is how one is looked up.
//!
//! Invariants: no number stands here, only a keyed hash of it; whose contact is erased is a stranger again; a consultant who stands
//! in for another takes no customer away.

pub mod book;
mod number;
mod recognition;

pub use book::{Acquaintance, Customers};
pub use number::{NumberHash, NumberKey};
