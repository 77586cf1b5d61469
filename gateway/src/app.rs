//! Puts the rooms together: opens the data, starts the runtime, opens the doors, and closes all of it in order.
//!
//! No rule and no format lives here. [`App::open`] is enough for commands without a running gateway; [`App::serve`] opens
//! the doors as well.

mod channels;
mod ready;
mod upkeep;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use prometheus_client::registry::Registry;
use shared::catalogue::Model;
use shared::clock::Clock;
use shared::ids::{StaffId, StoreId};
use shared::wire::Brand;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, SAMPLE_PICTURES, SAMPLE_PORTRAITS};
use crate::domain::Rules;
use crate::domain::customer::NumberKey;
use crate::domain::diary::DiaryRules;
use crate::domain::floor::rules::FloorRules;
use crate::domain::sales::SalesRules;
use crate::log::{EventLog, LogError, SledLog, Snapshots, name_showroom, showroom_file, showroom_of};
use crate::mqtt::{Counters, KioskCatalogue, Mqtt, MqttError, MqttParts, Offers, hash_pin};
use crate::notify::{ClientError, Switchboard};
use crate::report::Showroom;
use crate::runtime::{Handle, Loaded, Parts, Runtime, RuntimeError, StartError, ToKiosk, load};
use crate::vault::{Vault, VaultError};
use crate::views::follow::follow;
use crate::views::{Views, ViewsError};
use crate::web::{Advance, BrokerDoor, DeviceState, Gallery, Promise, Web, WebError, WebParts};

/// Messages that may wait for the kiosks; beyond it they are dropped and counted.
const TO_KIOSK: usize = 4096;

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data folder cannot be made.
    #[error("the data folder {} cannot be used: {source}", path.display())]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its records are another showroom's.
    #[error(
        "the data folder holds the records of \"{kept}\": write \"{kept}\" again, name another folder, or, before the first visitor, delete {}",
        file.display()
    )]
    OtherShowroom {
        /// The name that it was filled under.
        kept: StoreId,
        /// The file that says so.
        file: std::path::PathBuf,
    },
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The views.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// The state.
    #[error(transparent)]
    State(#[from] StartError),
    /// Devices' door.
    #[error(transparent)]
    Mqtt(#[from] MqttError),
    /// People's door.
    #[error(transparent)]
    Web(#[from] WebError),
    /// Channels to people.
    #[error(transparent)]
    Channels(#[from] ClientError),
}

/// A showroom's data, open, with its runtime.
pub struct App {
    /// The effective configuration.
    pub config: Config,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The log.
    pub log: Arc<SledLog>,
    /// Personal data.
    pub vault: Arc<Vault>,
    /// Read models.
    pub views: Arc<Views>,
    /// The runtime's door.
    pub handle: Handle,
    to_kiosk: mpsc::Receiver<ToKiosk>,
    runtime: std::thread::JoinHandle<Result<(), RuntimeError>>,
    runtime_shutdown: CancellationToken,
    follower: tokio::task::JoinHandle<()>,
    follower_shutdown: CancellationToken,
}

/// The open doors.
#[derive(Debug)]
pub struct Doors {
    /// `http://…` or `https://…` of staff pages and the API.
    pub url: String,
    /// Where staff pages and the API answer.
    pub http: SocketAddr,
    /// Where devices connect; `None` with an external broker.
    pub mqtt: Option<SocketAddr>,
    /// What goes before `/i/{token}` in QR codes, if visitors' phones can reach anything.
    pub visitor_url: Option<String>,
}

/// What only the demo has.
pub struct Demo {
    /// How many times as fast as the real one the clock runs.
    pub clock_rate: u32,
    /// Puts the clock forward.
    pub advance: Advance,
}

/// A gateway with open doors.
pub struct Serving {
    /// The data and the runtime.
    pub app: App,
    /// The doors.
    pub doors: Doors,
    web: Web,
    mqtt: Arc<OnceLock<Mqtt>>,
    channels: Switchboard,
    shutdown: CancellationToken,
}

impl App {
    /// Opens the data folder and starts the runtime. Blocks on the disk; call it within a tokio runtime.
    ///
    /// # Errors
    /// The folder is in use or cannot be used; a log or vault that cannot be read.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, AppError> {
        let data = config.data.dir.clone();
        std::fs::create_dir_all(&data).map_err(|source| AppError::Folder { path: data.clone(), source })?;
        // The log holds the folder's lock: nothing else of the folder is touched before it.
        let log = Arc::new(SledLog::open(&data)?);
        let vault = Arc::new(Vault::open(&Vault::keys_folder(&data), &config.key_file())?);
        let views = Arc::new(Views::open(&data)?);
        let snapshots = Snapshots::of(&data);
        let rules = Rules {
            floor: FloorRules::from(&config.floor),
            zone: config.store.zone.0,
            sales: SalesRules { kept: config.vault.contacts_kept, score: config.score.rules(config.floor.promising) },
            diary: DiaryRules::from(&config.diary),
            speech: config.speech.speech(&config.store.brand),
            number_key: NumberKey::new(vault.store_key("number")),
        };
        let loaded = load(&*log, &snapshots, &vault, &rules)?;
        tracing::info!(commit = loaded.head, replayed = loaded.replayed, "the showroom's state is loaded");
        upkeep::destroy_leftover_keys(&loaded.state, &vault);
        let (handle, desk) = Handle::open(&loaded.state);
        let (sender, to_kiosk) = mpsc::channel(TO_KIOSK);
        let runtime_shutdown = CancellationToken::new();
        let parts = Parts {
            desk,
            to_kiosk: sender,
            log: Arc::clone(&log) as Arc<dyn EventLog>,
            vault: Arc::clone(&vault),
            snapshots,
            snapshot_events: config.data.snapshot_events,
            rules,
            shutdown: runtime_shutdown.clone(),
        };
        let runtime = spawn_runtime(loaded, parts, Arc::clone(&clock));
        let follower_shutdown = CancellationToken::new();
        let following = follow(Arc::clone(&log) as Arc<dyn EventLog>, Arc::clone(&views), follower_shutdown.clone());
        let follower = tokio::spawn(following);
        Ok(Self {
            config,
            clock,
            log,
            vault,
            views,
            handle,
            to_kiosk,
            runtime,
            runtime_shutdown,
            follower,
            follower_shutdown,
        })
    }

    /// Opens the doors. `shutdown` closes them; then call [`Serving::close`].
    ///
    /// # Errors
    /// A port that is taken, a certificate that cannot be used, a folder of another showroom's. The data is closed again.
    pub async fn serve(mut self, demo: Option<Demo>, shutdown: CancellationToken) -> Result<Serving, AppError> {
        let mqtt = Arc::new(OnceLock::new());
        let opened = match self.name_showroom() {
            Ok(()) => self.open_doors(demo, &mqtt, &shutdown).await,
            Err(error) => Err(error),
        };
        match opened {
            Ok((web, channels, doors)) => Ok(Serving { app: self, doors, web, mqtt, channels, shutdown }),
            Err(error) => {
                shutdown.cancel();
                self.close().await;
                Err(error)
            }
        }
    }

    /// Writes down whose records these are, unless they are another showroom's.
    fn name_showroom(&self) -> Result<(), AppError> {
        let (data, store) = (&self.config.data.dir, &self.config.store.id);
        match showroom_of(data)? {
            Some(kept) if kept == *store => Ok(()),
            Some(kept) if self.log.head() > 0 => Err(AppError::OtherShowroom { kept, file: showroom_file(data) }),
            _ => Ok(name_showroom(data, store)?),
        }
    }

    async fn open_doors(
        &mut self,
        demo: Option<Demo>,
        mqtt: &Arc<OnceLock<Mqtt>>,
        shutdown: &CancellationToken,
    ) -> Result<(Web, Switchboard, Doors), AppError> {
        let counters = Counters::default();
        let mut registry = Registry::with_prefix("yingbin");
        counters.register(&mut registry);
        self.handle.hub().deliveries().register(&mut registry);
        let clock_rate = demo.as_ref().map_or(1, |demo| demo.clock_rate);
        let qr_key = self.vault.store_key("qr");
        let gallery = Arc::new(self.gallery());
        let parts = self.web_parts(demo, mqtt, registry, (qr_key, Arc::clone(&gallery)), shutdown);
        let web = Web::start(self.config.web.clone(), parts).await?;
        let offers = web.visitor_url.as_ref().map(|base| {
            let offers = Offers::new(qr_key, base.clone());
            Offers { ttl: offers.ttl / clock_rate, ..offers }
        });
        let (_, nothing) = mpsc::channel(1);
        let parts = MqttParts {
            handle: self.handle.clone(),
            store: self.config.store.id.clone(),
            clock: Arc::clone(&self.clock),
            catalogue: self.kiosk_catalogue(&gallery, web.visitor_url.as_deref().unwrap_or(&web.url)),
            offers,
            to_kiosk: std::mem::replace(&mut self.to_kiosk, nothing),
            counters,
            shutdown: shutdown.clone(),
        };
        let started = Mqtt::start(self.config.mqtt.clone(), parts).await?;
        let doors =
            Doors { url: web.url.clone(), http: web.addr, mqtt: started.addr, visitor_url: web.visitor_url.clone() };
        let _ = mqtt.set(started);
        let base = self.config.web.public_url.clone().unwrap_or_else(|| web.url.clone());
        let channels = &self.config.channels;
        let (handle, clock, vault) = (&self.handle, &self.clock, &self.vault);
        let channels = channels::start(channels, handle, clock, vault, Arc::clone(mqtt), base, shutdown)?;
        tokio::spawn(upkeep::rotate_keys_daily(Arc::clone(&self.vault), Arc::clone(&self.clock), shutdown.clone()));
        Ok((web, channels, doors))
    }

    fn web_parts(
        &self,
        demo: Option<Demo>,
        mqtt: &Arc<OnceLock<Mqtt>>,
        registry: Registry,
        (qr_key, gallery): ([u8; 32], Arc<Gallery>),
        shutdown: &CancellationToken,
    ) -> WebParts {
        let (vault, roster, devices) = (Arc::clone(&self.vault), self.handle.roster(), Arc::clone(mqtt));
        let diary_vault = Arc::clone(&self.vault);
        let (broker, tls) = (Arc::clone(mqtt), self.config.mqtt.tls_cert.is_some());
        WebParts {
            handle: self.handle.clone(),
            views: Arc::clone(&self.views),
            head: self.log.watch(),
            open_lead: Arc::new(move |lead| {
                if let Err(error) = vault.reopen(lead) {
                    tracing::warn!(%error, "a lead's contact could not be opened");
                }
            }),
            open_appointment: Arc::new(move |appointment| {
                if let Err(error) = diary_vault.reopen(appointment) {
                    tracing::warn!(%error, "who was expected could not be opened");
                }
            }),
            showroom: Showroom { store: self.config.store.id.clone(), zone: self.config.store.zone.0 },
            brand: self.brand(),
            models: self.config.catalogue.models.clone(),
            questions: self.config.speech.questions.clone(),
            checklist: self.config.checklist.items.clone(),
            gallery,
            wordings: self.config.catalogue.wordings(&self.config.store),
            promise: Promise {
                breach: self.config.floor.breach,
                undo: self.config.floor.undo,
                renew: self.config.floor.manager_renew,
            },
            qr_key,
            session_key: self.vault.store_key("session"),
            clock: Arc::clone(&self.clock),
            clock_rate: demo.as_ref().map_or(1, |demo| demo.clock_rate),
            push: channels::push_door(&self.config.channels, &self.vault),
            broker: Arc::new(move || Some(BrokerDoor { addr: broker.get()?.addr?, tls })),
            devices: Arc::new(move || device_states(&roster.borrow(), devices.get())),
            ready: ready::check(Arc::clone(&self.log), self.handle.clone(), Arc::clone(mqtt)),
            registry: Arc::new(Mutex::new(registry)),
            demo: demo.map(|demo| demo.advance),
            shutdown: shutdown.clone(),
        }
    }

    fn brand(&self) -> Brand {
        let brand = &self.config.store.brand;
        Brand { zh: brand.zh.clone(), en: brand.en.clone() }
    }

    fn gallery(&self) -> Gallery {
        let catalogue = &self.config.catalogue;
        let roster = self.handle.roster();
        let people = roster.borrow().accounts.keys().map(|id| format!("staff/{id}")).collect::<Vec<_>>();
        let cars = catalogue.models.iter().map(|model| model.id.to_string());
        let mut gallery = match &catalogue.pictures {
            Some(folder) => Gallery::read(folder, cars.chain(people)),
            None => Gallery::default(),
        };
        if let (Some(folder), Some(logo)) = (&catalogue.pictures, &self.config.store.logo) {
            gallery.read_file(folder, logo);
        }
        if catalogue.sample_pictures {
            for (model, file) in SAMPLE_PICTURES {
                gallery.add(model, "image/png", *file);
            }
            for (staff, file) in SAMPLE_PORTRAITS {
                gallery.add(&format!("staff/{staff}"), "image/png", *file);
            }
        }
        gallery
    }

    fn kiosk_catalogue(&self, gallery: &Gallery, base: &str) -> KioskCatalogue {
        let catalogue = &self.config.catalogue;
        let picture = |model: &Model| model.picture.clone().or_else(|| gallery.picture(model.id.as_str(), base));
        let pin = self.config.screens.staff_pin.as_ref();
        let roster = self.handle.roster();
        let photo = |id: &StaffId| Some((id.clone(), gallery.picture(&format!("staff/{id}"), base)?));
        let photos = roster.borrow().accounts.keys().filter_map(photo).collect();
        KioskCatalogue {
            brand: self.brand(),
            accent: self.config.store.accent.clone(),
            logo: self.config.store.logo.as_ref().and_then(|logo| gallery.picture(logo, base)),
            purposes: catalogue.purposes.clone(),
            languages: catalogue.languages.clone(),
            models: catalogue.models.iter().map(|model| Model { picture: picture(model), ..model.clone() }).collect(),
            guest_wifi: self.config.web.wifi_first(),
            wordings: catalogue.wordings(&self.config.store),
            photos,
            times: self.config.screens.times(),
            hours: (self.config.store.zone.0, self.config.screens.opening.clone()),
            staff_pin: pin.and_then(|pin| hash_pin(pin.reveal(), &self.vault.store_key("pin"))),
            sound: self.config.screens.sound,
        }
    }

    /// Drains what waits, and closes the log.
    pub async fn close(self) {
        self.runtime_shutdown.cancel();
        let runtime = self.runtime;
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || runtime.join()).await {
            tracing::error!("the runtime's thread ended badly: {error:?}");
        }
        self.follower_shutdown.cancel();
        if let Err(error) = self.follower.await {
            tracing::warn!(%error, "the views' follower ended badly");
        }
    }
}

impl Serving {
    /// Closes the doors, drains what waits, closes the log: in this order.
    pub async fn close(self) {
        self.shutdown.cancel();
        self.web.ended().await;
        self.channels.ended().await;
        if let Some(mqtt) = self.mqtt.get() {
            mqtt.ended().await;
        }
        self.app.close().await;
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("data", &self.config.data.dir).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serving").field("doors", &self.doors).finish_non_exhaustive()
    }
}

/// The runtime blocks on the disk, so it has a thread of its own.
fn spawn_runtime(
    loaded: Loaded,
    parts: Parts<dyn EventLog>,
    clock: Arc<dyn Clock>,
) -> std::thread::JoinHandle<Result<(), RuntimeError>> {
    let tokio = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let ended = tokio.block_on(Runtime::new(loaded, parts, clock).run());
        if let Err(error) = &ended {
            let reason = error as &dyn std::error::Error;
            tracing::error!(
                reason,
                "the showroom stopped taking changes; restart the gateway once the cause is mended"
            );
        }
        ended
    })
}

fn device_states(roster: &crate::domain::roster::Roster, mqtt: Option<&Mqtt>) -> Vec<DeviceState> {
    let heard = mqtt.map(|mqtt| mqtt.devices.all()).unwrap_or_default();
    let state = |device: &crate::domain::roster::Device| {
        let status = heard.get(&device.client_id());
        DeviceState {
            id: device.id.clone(),
            kind: device.kind,
            online: status.is_some_and(|status| status.online),
            since: status.and_then(|status| status.last_heard),
            version: status.and_then(|status| status.version.clone()).unwrap_or_default(),
            outbox: status.map_or(0, |status| status.outbox),
            storage: status.and_then(|status| status.storage),
            clock_skew_ms: status.and_then(|status| status.clock_skew_ms),
            gaps: status.map_or(0, |status| status.gaps),
            maintenance: device.maintenance,
        }
    };
    roster.devices.values().map(state).collect()
}
