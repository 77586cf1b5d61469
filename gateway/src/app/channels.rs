//! The channels beside the open page: which there are, and what they report to the runtime.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::join_all;
use shared::clock::Clock;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::ChannelsConfig;
use crate::domain::Input;
use crate::mqtt::{Mqtt, Paged};
use crate::notify::{Client, ClientError, Failure, Page, PushDoor, Setup, Subscriptions, Switchboard, VapidKey};
use crate::runtime::Handle;
use crate::vault::Vault;

/// Reports that may wait for the runtime. A dropped one makes a record poorer, and its person pushable a little later.
const REPORTS: usize = 8192;
/// Reports that are handed over together.
const TOGETHER: usize = 256;

/// The key that names this gateway to push services.
fn push_key(vault: &Vault) -> Option<VapidKey> {
    VapidKey::derive(&vault.store_key("push"))
}

/// What pages need to subscribe; `None` where push is off.
pub(super) fn push_door(config: &ChannelsConfig, vault: &Vault) -> Option<PushDoor> {
    config.push.subject.as_ref()?;
    Some(PushDoor { key: push_key(vault)?.public(), local: config.push.local })
}

/// Opens the channels; `base` is the address of the staff pages, for links.
pub(super) fn start(
    config: &ChannelsConfig,
    handle: &Handle,
    clock: &Arc<dyn Clock>,
    vault: &Vault,
    mqtt: Arc<OnceLock<Mqtt>>,
    base: String,
    shutdown: &CancellationToken,
) -> Result<Switchboard, ClientError> {
    let timeout = config.timeout.to_std().unwrap_or(Duration::from_secs(5));
    let roster = handle.roster();
    let subscriptions: Subscriptions = Arc::new(move |staff| roster.borrow().subscriptions(staff).to_vec());
    let ca_file = config.ca_file.as_deref();
    let strangers = Client::for_strangers(ca_file, timeout)?;
    let setup = Setup {
        client: Client::new(ca_file, timeout)?,
        base,
        webhooks: config.webhooks(),
        wecom: config.wecom(),
        robot: config.robot(),
        push: config.push(strangers, push_key(vault), subscriptions),
        page: pager(mqtt),
    };
    let (reports, reported) = mpsc::channel(REPORTS);
    tokio::spawn(hand_over(handle.clone(), reported));
    Ok(Switchboard::start(setup, handle.hub(), clock, reports, shutdown))
}

fn pager(mqtt: Arc<OnceLock<Mqtt>>) -> Page {
    Arc::new(move |staff, payload| match mqtt.get()?.page(staff, payload) {
        Paged::NoPager => None,
        Paged::Sent => Some(Ok(())),
        Paged::Offline => Some(Err(Failure::Offline)),
        Paged::Full => Some(Err(Failure::Full)),
    })
}

/// Ends with the last lane.
async fn hand_over(handle: Handle, mut reported: mpsc::Receiver<Input>) {
    let mut together = Vec::with_capacity(TOGETHER);
    while reported.recv_many(&mut together, TOGETHER).await > 0 {
        // Refused: the alert was over before its report came.
        join_all(together.drain(..).map(|input| handle.submit(input))).await;
    }
}
