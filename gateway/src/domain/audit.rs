//! The audit: who saw a contact in full, and who took records away as a file or a backup. What they saw stands nowhere in it.
//!
//! It has no state: its events are chained with the commits like all others, and read from the views. They are decided and
//! durable before the first number or row leaves; whoever cannot put it on record gives nothing out. (Erasures are on record
//! by themselves.)

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, LeadId, StaffId};

use super::command::{Actor, Refusal};
use super::event::Event;
use super::sales::staff_or_system;

/// Records that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Records {
    /// Visits.
    Visits,
    /// Leads, with numbers where contact was agreed to.
    Leads,
    /// The audit itself.
    Audit,
    /// Appointments, with whom they expected while that is known.
    Appointments,
}

impl Records {
    /// Everything that can be taken away.
    pub const ALL: [Self; 4] = [Self::Visits, Self::Leads, Self::Audit, Self::Appointments];

    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Leads => "leads",
            Self::Audit => "audit",
            Self::Appointments => "appointments",
        }
    }
}

/// A file's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

impl Format {
    /// As written in exports, and as the file's name ends.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// One file that is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// What is in it.
    pub records: Records,
    /// Its form.
    pub format: Format,
    /// First day, in the showroom's zone; from the beginning where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day, included; to the end where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// What was shown or given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditEvent {
    /// Somebody saw a contact in full.
    Revealed {
        /// Of which lead.
        lead: LeadId,
        /// Who; none for whoever holds the control socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// Somebody saw in full who is expected.
    AppointmentRevealed {
        /// With which appointment.
        appointment: AppointmentId,
        /// Who; none for whoever holds the control socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// Somebody took records away as a file.
    Exported {
        /// What.
        #[serde(flatten)]
        export: Export,
        /// Who; none for whoever holds the control socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// Somebody made a backup of everything, with the keys.
    BackedUp {
        /// Who; none for whoever holds the control socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
}

/// Puts an export on record; whether the role may take it away was judged before.
pub(super) fn exported(actor: &Actor, export: Export) -> Result<Vec<Event>, Refusal> {
    let by = staff_or_system(actor)?;
    Ok(vec![AuditEvent::Exported { export, by }.into()])
}

/// Puts a backup on record.
pub(super) fn backed_up(actor: &Actor) -> Result<Vec<Event>, Refusal> {
    let by = staff_or_system(actor)?;
    Ok(vec![AuditEvent::BackedUp { by }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_record_reads_back_and_old_records_for_ever() {
        let export = Export {
            records: Records::Leads,
            format: Format::Csv,
            from: "2026-11-01".parse().ok(),
            to: "2026-11-30".parse().ok(),
        };
        let lead = LeadId::new(chrono::DateTime::UNIX_EPOCH, [1; 10]);
        for (event, text) in [
            (
                AuditEvent::Exported { export, by: "lin".parse().ok() },
                r#"{"exported":{"records":"leads","format":"csv","from":"2026-11-01","to":"2026-11-30","by":"lin"}}"#,
            ),
            (
                AuditEvent::Exported { export: Export { from: None, to: None, ..export }, by: None },
                r#"{"exported":{"records":"leads","format":"csv"}}"#,
            ),
            (AuditEvent::BackedUp { by: None }, r#"{"backed_up":{}}"#),
            (
                AuditEvent::Revealed { lead, by: "wang".parse().ok() },
                r#"{"revealed":{"lead":"00000000-0000-7101-8101-010101010101","by":"wang"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&event).unwrap(), text);
            assert_eq!(serde_json::from_str::<AuditEvent>(text).unwrap(), event);
        }
    }

    #[test]
    fn devices_and_visitors_take_nothing_away() {
        let export = Export { records: Records::Visits, format: Format::Csv, from: None, to: None };
        for actor in [Actor::Visitor, Actor::Device("k1".parse().unwrap())] {
            assert_eq!(exported(&actor, export), Err(Refusal::WrongSender));
            assert_eq!(backed_up(&actor), Err(Refusal::WrongSender));
        }
        assert!(exported(&Actor::System, export).is_ok());
    }
}
