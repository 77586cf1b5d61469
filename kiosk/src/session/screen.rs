//! What stands on the screen, as plain values.

use shared::consent::ConsentPurpose;
use shared::ids::VisitId;
use shared::opening::{NextOpening, TimeOfDay};
use shared::wire::{Brand, GuestWifi, Language, Picture, Purpose, StorageTrouble, Title};

use super::call::Call;
use super::keypad::Verdict;
use super::modes::Modes;
use super::staff::About;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Brand, QR code, languages.
    Welcome,
    /// Why did you come?
    Purpose,
    /// Who is coming.
    Visit,
    /// More about the visitor, while the consultant is on the way.
    Aside(Aside),
    /// What may be done with the number: one consent a purpose.
    Consents,
    /// A consent's wording in full.
    Wording(ConsentPurpose),
    /// A last word.
    Farewell(Farewell),
    /// Instead of the welcome page, outside opening hours.
    Closed,
    /// Instead of the welcome page, while somebody works on the kiosk.
    Maintenance,
    /// Instead of the welcome page, until a manager has let this kiosk in.
    Enrolment,
    /// The staff menu, or the PIN before it.
    Staff,
}

/// What a visitor may add, each only if they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// The models they came for.
    Models,
    /// The consultant they want to see.
    Consultants,
    /// Their number.
    Phone,
    /// Their surname, and how to address them.
    Name,
    /// How many came together.
    Party,
    /// What was agreed to, to look at and to take back.
    Consents,
}

/// Which last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The consultant is there.
    Met,
    /// The visitor has to go.
    Left,
    /// A tap by mistake.
    Cancelled,
    /// The visit ended elsewhere.
    Ended,
}

/// The whole picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Which page.
    pub page: Page,
    /// In which language.
    pub language: Language,
    /// Whose showroom.
    pub brand: Brand,
    /// The showroom's own colour.
    pub accent: Option<String>,
    /// Its logo.
    pub logo: Option<Picture>,
    /// Languages on offer.
    pub languages: Vec<Language>,
    /// Purposes on offer, without "send someone", which stands on every page.
    pub purposes: Vec<Purpose>,
    /// The car on the welcome page: another one for every visitor.
    pub showcase: Option<Picture>,
    /// Grows when pictures have come that were missing.
    pub pictures: u32,
    /// What the QR code says; `None` hides it.
    pub qr: Option<String>,
    /// What a phone joins before that code answers.
    pub wifi: Option<GuestWifi>,
    /// The visit on the screen.
    pub visit: Option<VisitView>,
    /// Why the visitor came to whom a farewell is said.
    pub farewell_to: Option<Purpose>,
    /// What may be added to the visit on the screen, in this order.
    pub asides: Vec<Aside>,
    /// The tiles of the page that stands, if it has any.
    pub tiles: Tiles,
    /// The keypad.
    pub keypad: KeypadView,
    /// The name while it is picked.
    pub naming: NamingView,
    /// The consents that are asked for.
    pub consents: Vec<ConsentView>,
    /// Seconds until the wipe, while the countdown runs.
    pub countdown: Option<u64>,
    /// How it looks to this visitor.
    pub modes: Modes,
    /// Whether the sheet on which they choose that is open.
    pub viewing: bool,
    /// Whether the broker is reached.
    pub link: bool,
    /// The door is closed by the clock.
    pub closed: Option<ClosedView>,
    /// How far the kiosk is with being let in; `None`: it is.
    pub enrolment: Option<Enrolment>,
    /// The staff menu.
    pub staff: StaffView,
}

/// When to come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedView {
    /// Today's hours.
    pub today: Vec<(TimeOfDay, TimeOfDay)>,
    /// When the door opens next.
    pub next: Option<NextOpening>,
}

/// How far a new kiosk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolment {
    /// The gateway is being asked.
    Asking,
    /// A manager types this code at this address.
    Code {
        /// Six digits.
        code: String,
        /// The gateway's address.
        gateway: String,
    },
    /// It does not work, and is tried again.
    Trouble(Trouble),
}

/// Why a kiosk cannot be let in now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers at the gateway's address.
    NoAnswer,
    /// Its certificate is not trusted.
    Certificate,
    /// Devices of this showroom have their accounts at a broker of its own.
    ExternalBroker,
    /// Its broker listens on its own machine alone.
    OutOfReach,
    /// Something else; the kiosk's log says what.
    Other,
}

/// The staff menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffView {
    /// Not open.
    Shut,
    /// There is no PIN, so there is no menu.
    NoPin,
    /// Before it.
    Pin(PinView),
    /// Open.
    Menu(Box<Care>),
}

/// The PIN while it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinView {
    /// How many digits.
    pub typed: usize,
    /// The last one was wrong.
    pub wrong: bool,
    /// It is being checked.
    pub checking: bool,
    /// Seconds before another may be typed.
    pub wait_s: u64,
}

/// What whoever looks after the kiosk wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// Which kiosk this is.
    pub about: About,
    /// Whether the broker is reached.
    pub link: bool,
    /// Events that wait for the gateway.
    pub waiting: usize,
    /// What is wrong with its disk.
    pub storage: Option<StorageTrouble>,
    /// Seconds by which the clock is ahead of the gateway's, once that is known.
    pub skew_s: Option<i64>,
    /// The account is given up at the next tap.
    pub armed: bool,
}

/// The visit on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitView {
    /// Which.
    pub visit: VisitId,
    /// Why they came.
    pub purpose: Purpose,
    /// How far the call is, truthfully.
    pub call: Call,
    /// What was noted; only after the barrier.
    pub noted: NotedView,
    /// Whether they asked for help again.
    pub reminded: bool,
}

/// What the visitor added, as the screen may repeat it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotedView {
    /// The number, masked.
    pub phone: Option<String>,
    /// The surname.
    pub surname: Option<String>,
    /// How to address them.
    pub title: Option<Title>,
    /// How many came together.
    pub party: Option<u8>,
    /// The models' names.
    pub models: Vec<String>,
    /// The consultant's name.
    pub consultant: Option<String>,
    /// What was agreed to, and not taken back since.
    pub consents: Vec<ConsentPurpose>,
    /// The last word could not be taken down.
    pub refused: bool,
}

/// One page of tiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tiles {
    /// What can be tapped.
    pub tiles: Vec<Tile>,
    /// Which page of how many, from 0.
    pub page: usize,
    /// At least 1 where there are tiles.
    pub pages: usize,
}

/// Something to be tapped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tile {
    /// What the tap says.
    pub id: String,
    /// Its name.
    pub words: String,
    /// Where it stands; empty when there is nothing to add.
    pub note: String,
    /// Whether it is picked.
    pub picked: bool,
    /// Its picture.
    pub picture: Option<Picture>,
}

/// The keypad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeypadView {
    /// The number so far, grouped.
    pub number: String,
    /// What is known about it.
    pub verdict: Verdict,
}

/// How far the name is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamingView {
    /// Which step.
    pub step: NamingStep,
    /// The surname so far, or the letter that was picked.
    pub name: String,
}

/// The steps of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NamingStep {
    /// Which letter does it begin with?
    #[default]
    Initials,
    /// Which of these?
    Surnames,
    /// Letter by letter.
    Spelling,
    /// 先生 or 女士?
    Addressing,
}

/// A consent on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// For what.
    pub purpose: ConsentPurpose,
    /// As the visitor answered before; never ticked by us.
    pub ticked: bool,
    /// The wording, in the language of the screen.
    pub wording: String,
}
