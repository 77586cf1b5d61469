//! Channels to people. So far one: the open page's event stream, fed through the [`Hub`].

mod hub;

pub use hub::{CLIENT_BUFFER, Feed, FeedId, Hub, KEPT, NotAFeedId, Opening, Pushed, Subscription};
