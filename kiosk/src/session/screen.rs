//! What stands on the screen, as plain values.

use shared::ids::VisitId;
use shared::wire::{Brand, Language, Purpose};

use super::call::Call;
use super::keypad::Verdict;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Brand, QR code, languages.
    Welcome,
    /// Why did you come?
    Purpose,
    /// Who is coming.
    Visit,
    /// The keypad.
    Phone,
    /// The consent's wording in full.
    Consent,
    /// A last word.
    Farewell(Farewell),
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
    /// Languages on offer.
    pub languages: Vec<Language>,
    /// Purposes on offer, without "send someone", which stands on every page.
    pub purposes: Vec<Purpose>,
    /// What the QR code says; `None` hides it.
    pub qr: Option<String>,
    /// The visit on the screen.
    pub visit: Option<VisitView>,
    /// The keypad.
    pub keypad: KeypadView,
    /// Seconds until the wipe, while the countdown runs.
    pub countdown: Option<u64>,
    /// Whether the broker is reached.
    pub link: bool,
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
    /// The number that was noted, masked; only after the barrier.
    pub phone: Option<String>,
    /// Whether they asked for help again.
    pub reminded: bool,
}

/// The keypad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeypadView {
    /// The number so far, grouped.
    pub number: String,
    /// What is known about it.
    pub verdict: Verdict,
    /// The consent to be contacted, where a wording is in force.
    pub consent: Option<ConsentView>,
}

/// A consent on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// Never ticked beforehand.
    pub ticked: bool,
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}
