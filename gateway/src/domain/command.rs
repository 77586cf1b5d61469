//! What is asked of the engine, by whom, and how it says no.

use chrono::{DateTime, NaiveDate, Utc};
use shared::consent::Consent;
use shared::ids::{AlertId, AppointmentId, DeviceId, DisputeId, EventId, LeadId, ModelId, StaffId, TopicId, VisitId};
use shared::personal::Personal;
use shared::wire::{CheckedIn, Code, Detailed, DoorCounted, Fingerprint, Language, Purpose};

use super::audit::Export;
use super::customer::{Claim, Verdict};
use super::diary::Wish;
use super::floor::event::Correction;
use super::floor::member::Presence;
use super::floor::plan::{Hours, Week, YearTable};
use super::floor::visit::{Channel, Outcome, PassReason};
use super::roster::subscription::{Subscription, Which};
use super::roster::{Account, Device, DeviceKind};
use super::sales::{Budget, Contact, LeadChannel, When};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A device, known by its connection.
    Device(DeviceId),
    /// A member of staff, known by their session; what they may do was judged before.
    Staff(StaffId),
    /// A visitor on their own phone.
    Visitor,
    /// The gateway itself, or whoever holds its control socket.
    System,
}

/// The identity of an input that may come twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The event's id, for ever.
    pub id: EventId,
    /// What it said.
    pub fingerprint: Fingerprint,
}

/// When a device's event happened, as far as the device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The device's wall clock at the event.
    pub at: DateTime<Utc>,
    /// Milliseconds from the event to the sending, by its boot clock; `None` after a reboot.
    pub age_ms: Option<u64>,
}

/// Something that is asked of the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Set for everything that may be repeated: devices' events, HTTP writes with an idempotency key.
    pub cause: Option<Cause>,
    /// Who asks.
    pub actor: Actor,
    /// For what.
    pub command: Command,
}

/// What somebody registers on their own phone or through the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// Id for the new lead.
    pub lead: LeadId,
    /// Id for a visit, should one have to be opened.
    pub visit: VisitId,
    /// The channel.
    pub channel: LeadChannel,
    /// The kiosk or printed place.
    pub place: Option<DeviceId>,
    /// The kiosk token's nonce in hexadecimal, spent by this.
    pub nonce: Option<String>,
    /// When the page was opened: it joins the kiosk's visit of that time.
    pub opened_at: DateTime<Utc>,
    /// Their language.
    pub language: Language,
    /// Models of interest.
    pub models: Vec<ModelId>,
    /// When they mean to buy.
    pub when: Option<When>,
    /// What they mean to spend.
    pub budget: Option<Budget>,
    /// Name and number as given; kept beyond the visit only with consent to contact.
    pub contact: Contact,
    /// Consents given.
    pub consents: Vec<Consent>,
}

/// Everything that can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A kiosk: somebody tapped.
    CheckIn(CheckedIn, Told),
    /// A kiosk: the visitor changed the language, or said more.
    Detail(VisitId, Option<Language>, Detailed),
    /// A kiosk: 已见到顾问.
    Meet(VisitId, Told),
    /// A kiosk: the visitor took it back.
    Cancel(VisitId, Told),
    /// A kiosk: the visitor has to go.
    Leave(VisitId, Told),
    /// A door sensor.
    CountDoor(DoorCounted, Told),
    /// Reception: somebody came 来客.
    WalkIn {
        /// Id for the new visit.
        visit: VisitId,
        /// Why they came.
        purpose: Purpose,
        /// Their language.
        language: Language,
        /// How many.
        party: Option<u8>,
    },
    /// A visitor's phone or a platform.
    RegisterInterest(Interest),
    /// A phone says that it is alive; changes reachability alone and is not logged.
    Alive,
    /// A channel beside the open page delivered something to the actor, then; changes reachability alone and is not logged.
    Deliver(DateTime<Utc>),
    /// A channel took an alert.
    Hand(AlertId, Channel),
    /// A phone shows an alert.
    Show(AlertId),
    /// I come.
    Accept(AlertId),
    /// Ask the next.
    Pass(AlertId, Option<PassReason>),
    /// Somebody stands before the visitor: says whoever serves them, or whoever saw it.
    Greet(VisitId),
    /// Reception has received and seated the visitor.
    Receive(VisitId),
    /// Reception or the manager chooses a person.
    Assign(VisitId, StaffId),
    /// I hand my visitor over to this colleague, if they accept.
    HandOver(VisitId, StaffId),
    /// I need a second person beside me: this one, or whoever's turn it is.
    CallSecond(VisitId, Option<StaffId>),
    /// I ask no colleague any more.
    Recall(VisitId),
    /// I was the second person, and go.
    StepBack(VisitId),
    /// These two visits are one party 同行.
    Join(VisitId, VisitId),
    /// So many of this party are a visit of their own.
    Split {
        /// The party.
        visit: VisitId,
        /// Id for the new visit.
        new: VisitId,
        /// How many go with the new one.
        party: u8,
    },
    /// Sets right why somebody came, in which language, or how many.
    Correct(VisitId, Correction),
    /// The visitor's answer to a question that breaks the ice.
    Answer {
        /// The visit.
        visit: VisitId,
        /// Which question.
        question: TopicId,
        /// What they said.
        answer: TopicId,
    },
    /// A note for whoever serves this visit; in place of the one before.
    Note(VisitId, Personal),
    /// The visit is over.
    End(VisitId, Outcome),
    /// Takes the last greeting or end of this visit back.
    UndoVisit(VisitId),
    /// Sets the actor's own presence.
    SetPresence(Presence),
    /// What somebody works every week; `None`: they are bound by no plan.
    PlanWeek(StaffId, Option<Box<Week>>),
    /// What somebody works on one day; `None`: as in any other week.
    PlanDay(StaffId, NaiveDate, Option<Hours>),
    /// A year's holidays and make-up days.
    SetYear(i32, YearTable),
    /// "I am here": the actor comes to their shift, or to an extra one.
    ComeToWork,
    /// The actor looked at an item of the morning's checklist of a day: it is as it should be, or not after all.
    Tick(NaiveDate, TopicId, bool),
    /// Takes the actor's last presence back.
    UndoPresence,
    /// Adds or replaces an account.
    SetAccount(Account),
    /// Takes an account away.
    RemoveAccount(StaffId),
    /// Adds a device, or gives it a new password.
    SetDevice(Device),
    /// Takes a device away.
    RemoveDevice(DeviceId, DeviceKind),
    /// Begins (true) or ends work on a kiosk.
    SetMaintenance(DeviceId, bool),
    /// Whoever asks signs out everywhere.
    EndSessions,
    /// A push service may ring this browser of whoever asks.
    Subscribe(Subscription),
    /// These of somebody's browsers are rung no more.
    Unsubscribe(StaffId, Which),
    /// About an appointment.
    Arrange(AppointmentId, Wish),
    /// "This is my customer": the manager has to rule.
    Dispute(Claim),
    /// Whoever raised a dispute takes it back.
    WithdrawDispute(DisputeId),
    /// Whose customer somebody is, by whom they are known.
    Rule(LeadId, Verdict),
    /// Takes the last ruling on them back.
    UndoRuling(LeadId),
    /// Puts on record that the actor sees a lead's contact in full.
    RevealLead(LeadId),
    /// Puts on record that the actor takes records away.
    Export(Export),
    /// Copies everything to a backup, with the keys.
    Backup,
    /// Erases a lead's contact.
    EraseLead(LeadId),
    /// The wall clock was set, by so many milliseconds.
    StepClock(i64),
}

impl Command {
    /// Whether nobody waits for it within a few milliseconds: proofs and ends, four of five inputs of a busy floor.
    #[must_use]
    pub fn can_wait(&self) -> bool {
        match self {
            Self::Alive
            | Self::Deliver(_)
            | Self::Hand(..)
            | Self::Show(_)
            | Self::Greet(..)
            | Self::End(..)
            | Self::Answer { .. }
            | Self::Note(..)
            | Self::Detail(..)
            | Self::CountDoor(..) => true,
            Self::CheckIn(..)
            | Self::Meet(..)
            | Self::Cancel(..)
            | Self::Leave(..)
            | Self::RegisterInterest(_)
            | Self::Accept(_)
            | Self::Pass(..)
            | Self::Receive(_)
            | Self::Assign(..)
            | Self::HandOver(..)
            | Self::CallSecond(..)
            | Self::Recall(_)
            | Self::StepBack(_)
            | Self::Join(..)
            | Self::Split { .. }
            | Self::Correct(..)
            | Self::UndoVisit(_)
            | Self::SetPresence(_)
            | Self::UndoPresence
            | Self::PlanWeek(..)
            | Self::PlanDay(..)
            | Self::SetYear(..)
            | Self::ComeToWork
            | Self::Tick(..)
            | Self::Arrange(..)
            | Self::Dispute(_)
            | Self::WithdrawDispute(_)
            | Self::Rule(..)
            | Self::UndoRuling(_)
            | Self::SetAccount(_)
            | Self::RemoveAccount(_)
            | Self::SetDevice(_)
            | Self::RemoveDevice(..)
            | Self::SetMaintenance(..)
            | Self::EndSessions
            | Self::Subscribe(_)
            | Self::Unsubscribe(..)
            | Self::RevealLead(_)
            | Self::Export(_)
            | Self::Backup
            | Self::EraseLead(_)
            | Self::WalkIn { .. }
            | Self::StepClock(_) => false,
        }
    }
}

/// Why the engine says no. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The visit was never checked in.
    #[error("there is no such visit")]
    UnknownVisit,
    /// The visit has ended.
    #[error("the visit is over")]
    VisitOver,
    /// The visit belongs to another kiosk.
    #[error("the visit belongs to another kiosk")]
    ForeignVisit,
    /// No such alert, or not this person's.
    #[error("there is no such alert for this person")]
    UnknownAlert,
    /// Somebody else accepted, or the alert was answered.
    #[error("the alert is over")]
    AlertOver,
    /// No such member of staff.
    #[error("there is no such member of staff")]
    UnknownStaff,
    /// No such device.
    #[error("there is no such device")]
    UnknownDevice,
    /// No such lead, or its contact is not kept.
    #[error("there is no such lead, or nobody's contact is kept with it")]
    UnknownLead,
    /// No such appointment, or it is no longer kept.
    #[error("there is no such appointment, or it is no longer kept")]
    UnknownAppointment,
    /// Who was expected has come already, or it was taken off.
    #[error("the appointment is over")]
    AppointmentOver,
    /// The consultant has another appointment then.
    #[error("the consultant has another appointment then")]
    DoubleBooked,
    /// No such dispute, or the contact is no longer kept.
    #[error("there is no such dispute, or the contact is no longer kept")]
    UnknownDispute,
    /// A manager has ruled already.
    #[error("the dispute is settled")]
    DisputeOver,
    /// The same person has said the same, and nobody has ruled yet.
    #[error("this dispute stands already")]
    AlreadyDisputed,
    /// A ruling holds, and no real contact has come since.
    #[error("a manager has ruled, and no contact has come since")]
    AlreadySettled,
    /// Whoever says so owns them already.
    #[error("they are this consultant's customer already")]
    AlreadyYours,
    /// Somebody has ruled, or had a contact, since the manager looked.
    #[error("they are somebody else's customer by now: look again")]
    OwnerChanged,
    /// Not this person's to do.
    #[error("this is somebody else's visit")]
    NotYours,
    /// The two minutes for undo are over, or there is nothing to take back.
    #[error("there is nothing to take back, or the two minutes are over")]
    NothingToUndo,
    /// Nobody comes yet: there is nothing to hand over.
    #[error("nobody serves this visit yet")]
    NotServed,
    /// Nobody else of the right kind is free and reachable.
    #[error("nobody else is free")]
    NobodyFree,
    /// Their shift is over, or has not begun.
    #[error("their shift is over or has not begun: choose somebody who is on shift")]
    OffShift,
    /// A single day differs from a week, and there is none.
    #[error("nobody has planned this person's week yet: plan it first")]
    NotPlanned,
    /// A visit is no companion of itself, and a party has to leave somebody.
    #[error("this cannot be joined or split")]
    NoParty,
    /// The id was used for something else.
    #[error("this id was used for something else")]
    IdConflict,
    /// The code was used up.
    #[error("this code has been used")]
    CodeSpent,
    /// Whoever asks cannot ask for this.
    #[error("this is not for the one who asks")]
    WrongSender,
}

impl Refusal {
    /// The code for HTTP problem documents; stable.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownVisit => "unknown_visit",
            Self::VisitOver => "visit_over",
            Self::ForeignVisit => "foreign_visit",
            Self::UnknownAlert => "unknown_alert",
            Self::AlertOver => "alert_over",
            Self::UnknownStaff => "unknown_staff",
            Self::UnknownDevice => "unknown_device",
            Self::UnknownLead => "unknown_lead",
            Self::UnknownAppointment => "unknown_appointment",
            Self::AppointmentOver => "appointment_over",
            Self::DoubleBooked => "double_booked",
            Self::UnknownDispute => "unknown_dispute",
            Self::DisputeOver => "dispute_over",
            Self::AlreadyDisputed => "already_disputed",
            Self::AlreadySettled => "already_settled",
            Self::AlreadyYours => "already_yours",
            Self::OwnerChanged => "owner_changed",
            Self::NotYours => "not_yours",
            Self::NothingToUndo => "nothing_to_undo",
            Self::NotServed => "not_served",
            Self::NobodyFree => "nobody_free",
            Self::OffShift => "off_shift",
            Self::NotPlanned => "not_planned",
            Self::NoParty => "no_party",
            Self::IdConflict => "id_conflict",
            Self::CodeSpent => "code_spent",
            Self::WrongSender => "wrong_sender",
        }
    }

    /// The code for a device's receipt.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::UnknownVisit => Code::UnknownVisit,
            Self::VisitOver => Code::VisitOver,
            Self::ForeignVisit => Code::ForeignVisit,
            Self::IdConflict => Code::IdConflict,
            _ => Code::WrongSender,
        }
    }
}
