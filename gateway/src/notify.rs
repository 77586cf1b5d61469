//! Channels to people. So far one: the open page's event stream, fed through the [`Hub`].

mod hub;

pub use hub::{Feed, FeedId, Hub, Pushed};
