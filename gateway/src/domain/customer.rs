//! Customers: who has been here before, and whose customer they are 归属.
//!
//! So far somebody is known by the telephone number of a contact that is kept with consent; profiles, tags and care come with their
//! issues. [`book`] is the state; `recognition` decides who is known when a number is told; `number` is how one is looked up. Where two
//! consultants mean the same customer, [`dispute`] is what they say 撞单 and what the manager says to it; `ruling` decides both.
//!
//! Invariants: no number stands here, only a keyed hash of it; whose contact is erased is a stranger again, and what was said of whose
//! customer they are is gone with it; a consultant who stands in for another takes no customer away; what a manager has ruled holds
//! like a real contact at that moment, and no longer.

pub mod book;
pub mod dispute;
#[cfg(test)]
mod model;
mod number;
mod recognition;
mod ruling;
#[cfg(test)]
mod stories;

pub use book::{Acquaintance, Customers, Owned};
pub use dispute::{Claim, CustomerEvent, Dispute, Ruling, Seen, Verdict, Whose};
pub use number::{NumberHash, NumberKey};
pub(in crate::domain) use recognition::Told;
