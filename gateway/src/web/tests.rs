//! The web from outside, over real sockets, with a stand-in for the runtime.

mod api;
mod authorisation;
mod board;
mod diary;
mod hands;
mod kiosks;
mod morning;
mod ownership;
mod pages;
mod people;
mod protocol;
mod push;
mod records;
mod room;
pub(super) mod samples;
mod shifts;
mod stream;
