//! The web from outside, with a stand-in for the runtime.

pub(super) mod samples;
