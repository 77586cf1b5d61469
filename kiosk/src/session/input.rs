//! What a session hears, and what it asks for.

use shared::clock::Reading;
use shared::consent::ConsentPurpose;
use shared::ids::{EventId, VisitId};
use shared::personal::Personal;
use shared::wire::{
    Code, Detailed, DeviceEvent, KioskConfig, Language, Purpose, QrOffer, Receipt, StorageTrouble, Title, VisitStatus,
};

use super::modes::Mode;
use super::screen::{Aside, Enrolment};
use super::staff::About;

/// Fresh random bytes for one input: enough for one visit and one event.
#[derive(Debug, Clone, Copy)]
pub struct Entropy(pub [u8; 20]);

impl Entropy {
    pub(super) fn visit(self) -> [u8; 10] {
        let (first, _) = self.halves();
        first
    }

    pub(super) fn event(self) -> [u8; 10] {
        let (_, second) = self.halves();
        second
    }

    fn halves(self) -> ([u8; 10], [u8; 10]) {
        let (mut first, mut second) = ([0; 10], [0; 10]);
        for (to, from) in first.iter_mut().chain(&mut second).zip(self.0) {
            *to = from;
        }
        (first, second)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "each is passed on once; none is kept in numbers")]
pub enum Input {
    /// A visitor's finger, or a line of a headless kiosk.
    Intent(Intent),
    /// The event is on the disk, behind the barrier.
    Kept(EventId),
    /// The event could not be written.
    NotKept(EventId),
    /// The connection to the broker came up or went down.
    Link(bool),
    /// The gateway's receipt.
    Receipt(Receipt),
    /// A visit's status.
    Status(VisitStatus),
    /// A checked configuration.
    Config(KioskConfig),
    /// Pictures have come that were missing.
    Pictures,
    /// A QR code to show.
    Qr(QrOffer),
    /// What the kiosk knows about itself.
    About(About),
    /// So many events wait in the outbox.
    Waiting(usize),
    /// What is wrong with the disk; `None`: nothing.
    Storage(Option<StorageTrouble>),
    /// How far it is with being let in; `None`: it is.
    Enrolment(Option<Enrolment>),
    /// Whether the PIN was right.
    Pin(bool),
    /// The deadline passed.
    Tick,
}

/// What a visitor wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// A touch on nothing in particular.
    Touch,
    /// "I am still here."
    Stay,
    /// From the welcome page, in a language.
    Start(Language),
    /// Switch the language in place.
    Speak(Language),
    /// One page back.
    Back,
    /// A purpose: the tap that rings. The detail is empty when it comes from the screen.
    CheckIn(Purpose, Box<Detailed>),
    /// 请人帮忙
    SendSomeone,
    /// Add something to the visit.
    Add(Aside),
    /// A tile: a model, a consultant, a letter, a surname.
    Pick(String),
    /// The next page of tiles, or the one before.
    Turn(Turn),
    /// The surname is not among the tiles.
    Spell,
    /// A key: a digit or `+` of a number, a letter of a name.
    Key(char),
    /// Take the last one back.
    Erase,
    /// How to address them; `None`: they would rather not say.
    Address(Option<Title>),
    /// So many came together.
    Party(u8),
    /// That is all on this page: hand in what was picked or typed.
    Done,
    /// Read a consent's wording in full.
    ReadWording(ConsentPurpose),
    /// Tick or untick a consent.
    Consent(ConsentPurpose, bool),
    /// More about the visit (headless only).
    Detail(Box<Detailed>),
    /// 已见到顾问
    Met,
    /// "I have to go."
    Left,
    /// The tap was a mistake.
    Cancel,
    /// The call failed: once more.
    TryAgain,
    /// Open the sheet with the modes.
    OpenView,
    /// Close it.
    CloseView,
    /// A mode on or off.
    Switch(Mode),
    /// Forget the visitor now.
    Wipe,
    /// The long press that opens the staff menu.
    OpenStaff,
    /// Start the kiosk anew (staff menu).
    Restart,
    /// Give the account up and ask to be let in again (staff menu); the second tap does it.
    EnrolAnew,
}

impl Intent {
    /// Whether it may have been meant for what stood there a moment ago.
    pub(super) fn is_tap(&self) -> bool {
        !matches!(self, Self::Touch | Self::Stay | Self::Wipe | Self::Detail(_) | Self::OpenStaff)
    }

    /// Whether it may have been meant for what lies behind the open sheet.
    pub(super) fn is_behind_view(&self) -> bool {
        self.is_tap() && !matches!(self, Self::OpenView | Self::CloseView | Self::Switch(_))
    }
}

/// Which way tiles are turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Onwards.
    Next,
    /// Back.
    Previous,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Write the event to the outbox, and answer with [`Input::Kept`] or [`Input::NotKept`].
    Keep(Box<NewEvent>),
    /// A tap was heard and taken in: let it be heard.
    Click,
    /// A fact that a headless kiosk prints.
    Tell(Told),
    /// Check a PIN against its hash, and answer with [`Input::Pin`].
    CheckPin {
        /// What was typed.
        pin: Personal,
        /// Argon2id, PHC form.
        hash: String,
    },
    /// Start anew.
    Restart,
    /// Give the account up and start anew.
    EnrolAnew,
}

/// An event that has just happened.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Its id, for ever.
    pub id: EventId,
    /// When.
    pub at: Reading,
    /// What.
    pub event: DeviceEvent,
}

/// What became of visits and events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// On the disk: the only ground for the word "received".
    Received {
        /// The visit.
        visit: VisitId,
        /// The event.
        event: EventId,
    },
    /// Not on the disk; the visitor is sent to reception.
    NotReceived {
        /// The visit.
        visit: VisitId,
        /// The event.
        event: EventId,
    },
    /// The gateway has it.
    Receipt {
        /// The event.
        event: EventId,
    },
    /// The gateway will never take it.
    Refused {
        /// The event.
        event: EventId,
        /// Why.
        code: Code,
    },
    /// News of the visit on the screen.
    Status(Box<VisitStatus>),
}
