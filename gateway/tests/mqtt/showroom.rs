//! A gateway's MQTT side whose runtime is the test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gateway::domain::Input;
use gateway::domain::roster::{Device, DeviceKind, Roster};
use gateway::mqtt::{Counters, KioskCatalogue, Mqtt, MqttConfig, MqttError, MqttParts, Offers};
use gateway::runtime::{Answer, Desk, Done, Handle, ToKiosk};
use sha2::{Digest, Sha256};
use shared::clock::SystemClock;
use shared::wire::{Brand, Language, Purpose, ScreenTimes};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::device::Device as Client;

/// Whatever takes longer is broken.
pub(super) const SOON: Duration = Duration::from_secs(10);
/// The signing key of these showrooms.
pub(super) const KEY: [u8; 32] = [7; 32];

pub(super) struct Showroom {
    pub(super) mqtt: Mqtt,
    pub(super) desk: Desk,
    pub(super) to_kiosk: mpsc::Sender<ToKiosk>,
    pub(super) counters: Counters,
    pub(super) shutdown: CancellationToken,
}

pub(super) fn embedded() -> MqttConfig {
    MqttConfig { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..MqttConfig::default() }
}

pub(super) fn password(client_id: &str) -> String {
    format!("password of {client_id}")
}

pub(super) fn device(kind: DeviceKind, id: &str) -> Device {
    let password = password(&format!("{}-{id}", kind.as_str()));
    let digest = Sha256::digest(password.as_bytes());
    let password_sha256 = format!("{digest:x}");
    Device::new(id.parse().unwrap(), kind, password_sha256)
}

/// Kiosks `a` and `b`, the door `d`, the pager `p`.
pub(super) fn roster() -> Roster {
    let devices = [
        device(DeviceKind::Kiosk, "a"),
        device(DeviceKind::Kiosk, "b"),
        device(DeviceKind::Door, "d"),
        device(DeviceKind::Pager, "p"),
    ];
    Roster { devices: devices.into_iter().map(|device| (device.client_id(), device)).collect(), ..Roster::default() }
}

fn catalogue() -> KioskCatalogue {
    KioskCatalogue {
        accent: None,
        logo: None,
        brand: Brand { zh: "迎宾".to_owned(), en: "Yingbin".to_owned() },
        purposes: Purpose::ALL.to_vec(),
        languages: vec![Language::Zh, Language::En],
        models: Vec::new(),
        guest_wifi: None,
        wordings: Vec::new(),
        photos: BTreeMap::new(),
        times: ScreenTimes { idle_s: 30, countdown_s: 10 },
        hours: (chrono_tz::Asia::Shanghai, Vec::new()),
        staff_pin: None,
        sound: Some(false),
    }
}

impl Showroom {
    pub(super) async fn open() -> Self {
        Self::with(embedded()).await.unwrap()
    }

    pub(super) async fn with(config: MqttConfig) -> Result<Self, MqttError> {
        Self::offering(config, Some(Offers::new(KEY, "https://showroom.example"))).await
    }

    pub(super) async fn offering(config: MqttConfig, offers: Option<Offers>) -> Result<Self, MqttError> {
        let (handle, desk) = Handle::open(&gateway::domain::State { roster: roster(), ..Default::default() });
        let (to_kiosk, told) = mpsc::channel(4096);
        let (counters, shutdown) = (Counters::default(), CancellationToken::new());
        let parts = MqttParts {
            handle,
            store: "demo".parse().unwrap(),
            clock: Arc::new(SystemClock),
            catalogue: catalogue(),
            offers,
            to_kiosk: told,
            counters: counters.clone(),
            shutdown: shutdown.clone(),
        };
        let mqtt = Mqtt::start(config, parts).await?;
        Ok(Self { mqtt, desk, to_kiosk, counters, shutdown })
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.mqtt.addr.unwrap()
    }

    /// A device with its right account, connected.
    pub(super) async fn device(&self, client_id: &str) -> Client {
        Client::connect(self.addr(), client_id, &password(client_id), client_id).await.unwrap()
    }

    /// The next input that the runtime is asked for, and the way to answer.
    pub(super) async fn asked(&mut self) -> (Input, oneshot::Sender<Answer>) {
        let letter = tokio::time::timeout(SOON, self.desk.letters.recv()).await.expect("no input came").unwrap();
        (letter.input, letter.answer)
    }

    /// Keeps the next input.
    pub(super) async fn keep(&mut self) -> Input {
        let (input, answer) = self.asked().await;
        answer.send(Ok(Done::Kept)).unwrap();
        input
    }

    pub(super) fn nobody_asked(&mut self) -> bool {
        self.desk.letters.try_recv().is_err()
    }

    pub(super) async fn close(self) {
        self.shutdown.cancel();
        tokio::time::timeout(SOON, self.mqtt.ended()).await.expect("the shutdown hangs");
    }
}

/// Waits until something is so.
pub(super) async fn until(what: &str, so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(SOON, waiting).await.is_ok(), "never: {what}");
}
