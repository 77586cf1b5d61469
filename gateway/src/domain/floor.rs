//! The floor: who waits, who is free, who is asked, and the ten-second clock.
//!
//! - [`event`], [`command`]: what happened, what is asked for
//! - [`member`], [`visit`], [`book`]: the state
//! - [`rules`]: figures (DESIGN §5), all configuration
//! - [`choice`]: who is asked; [`ladder`]: when the next one is
//! - [`decide`], [`due`], [`apply`]: the engine

pub mod event;
pub mod member;
pub mod rules;
pub mod visit;
