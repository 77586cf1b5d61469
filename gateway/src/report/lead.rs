//! A lead as exports and the API write it: the columns of [`super::LEAD_COLUMNS`]. Lists have the number masked; a file has it whole where
//! the person agreed to be contacted, and whoever writes one has put it on record before.

use serde::Serialize;
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{DeviceId, LeadId, ModelId, StaffId, StoreId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{Intent, Language, Score, Title};

use super::moment::Moment;
use crate::domain::customer::Owned;
use crate::domain::sales::{Budget, LeadChannel, When};
use crate::views::LeadRow;

/// What is known of how to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactState {
    /// Nothing was said, or it was not to be kept.
    None,
    /// It stands in the record.
    Given,
    /// It was, and has been erased.
    Erased,
}

impl ContactState {
    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Given => "given",
            Self::Erased => "erased",
        }
    }
}

/// How telephone numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// With the middle hidden.
    Masked,
    /// In full where the lead holds a consent to contact, masked otherwise. Only for what is on record in the audit.
    WhereAgreed,
}

impl Numbers {
    fn write(self, number: &PhoneNumber, consents: &[Consent]) -> String {
        let contact = consents.iter().rev().find(|consent| consent.purpose == ConsentPurpose::Contact);
        let agreed = contact.is_some_and(|consent| consent.given);
        if self == Self::WhereAgreed && agreed { number.full() } else { number.masked() }
    }
}

/// One lead with all its columns, ready for JSON.
#[derive(Serialize)]
pub struct LeadRecord<'a> {
    pub(super) lead_id: LeadId,
    pub(super) store: &'a StoreId,
    pub(super) received_at: String,
    pub(super) channel: LeadChannel,
    pub(super) place: Option<&'a DeviceId>,
    pub(super) visit_id: Option<VisitId>,
    pub(super) language: Language,
    pub(super) models: &'a [ModelId],
    pub(super) when: Option<When>,
    pub(super) budget: Option<Budget>,
    pub(super) contact: ContactState,
    pub(super) name: Option<&'a str>,
    pub(super) title: Option<Title>,
    pub(super) phone: Option<String>,
    pub(super) consents: &'a [Consent],
    pub(super) owner: Option<&'a StaffId>,
    pub(super) owner_since: Option<String>,
    pub(super) owner_until: Option<String>,
    /// `contact`, or `ruling` where a manager has settled it.
    pub(super) owner_by: Option<&'static str>,
    /// 0 to 100.
    pub(super) score: Option<u8>,
    pub(super) intent: Option<Intent>,
}

/// A lead, whose customer that is, and how promising; nothing of either where no contact is kept.
pub type KnownLead = (LeadRow, Option<Owned>, Option<Score>);

impl<'a> LeadRecord<'a> {
    /// The record of a row whose contact the caller has opened; a sealed one counts as erased.
    pub fn new((row, owned, rated): &'a KnownLead, store: &'a StoreId, moment: &mut Moment, numbers: Numbers) -> Self {
        let lead = &row.lead;
        let contact = lead.secret.as_ref().and_then(|secret| secret.get());
        Self {
            lead_id: lead.id,
            store,
            received_at: moment.write(row.received_at).to_owned(),
            channel: lead.channel,
            place: lead.place.as_ref(),
            visit_id: lead.visit,
            language: lead.language,
            models: &lead.models,
            when: lead.when,
            budget: lead.budget,
            contact: match (&lead.secret, contact) {
                (None, _) => ContactState::None,
                (Some(_), Some(_)) => ContactState::Given,
                (Some(_), None) => ContactState::Erased,
            },
            name: contact.and_then(|contact| contact.name.as_ref()).map(Personal::reveal),
            title: contact.and_then(|contact| contact.title),
            phone: contact
                .and_then(|contact| contact.phone.as_ref())
                .map(|number| numbers.write(number, &lead.consents)),
            consents: &lead.consents,
            owner: owned.as_ref().map(|owned| &owned.staff),
            owner_since: owned.as_ref().map(|owned| moment.write(owned.since.into()).to_owned()),
            owner_until: owned.as_ref().map(|owned| moment.write(owned.until.into()).to_owned()),
            owner_by: owned.as_ref().map(|owned| if owned.settled { "ruling" } else { "contact" }),
            score: rated.as_ref().map(|rated| rated.points),
            intent: rated.as_ref().map(|rated| rated.intent),
        }
    }
}
