//! Channels to people: the open page's event stream, fed through the [`Hub`], and whatever else the showroom has switched on.
//!
//! ```text
//! runtime ─▶ hub ─▶ open pages (SSE)
//!             └──▶ switchboard ─▶ lane: webhook · WeCom · Web Push ─▶ deliveries (the manager's record)
//!                            ├──▶ pager (full alert, in the house)  ─▶ reports ─▶ runtime (handed, pushable)
//!                            └──▶ group robot (a shared bell)
//! ```
//! Invariants: the runtime never waits for a channel; channels do not wait for each other; what leaves the house is a [`Call`]
//! or an [`Errand`], which have no field for a name or a number; nothing here is kept on disk: after a restart the runtime rings again whoever still
//! waits, under the same ids.

mod breaker;
mod call;
mod deliveries;
mod errand;
mod http;
mod hub;
mod lane;
mod pager;
mod push;
mod robot;
mod switchboard;
#[cfg(test)]
mod tests;
mod webhook;
mod wecom;

pub use call::{Call, Message};
pub use deliveries::{Deliveries, Delivery, Failure, Fate};
pub use errand::Errand;
pub use http::{Address, Client, ClientError};
pub use hub::{CLIENT_BUFFER, Feed, FeedId, Hub, NotAFeedId, Opening, Pushed, Subscription};
pub use pager::Page;
pub use push::{BadSubscription, PushDoor, PushSetup, Subscriptions, VapidKey};
pub use robot::RobotSetup;
pub use switchboard::{Setup, Switchboard};
pub use webhook::{SigningKey, WebhookSetup};
pub use wecom::WecomSetup;
