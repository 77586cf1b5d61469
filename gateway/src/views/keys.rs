//! Keys of the one tree that all views share, so that rows and cursor change together.

use shared::ids::{AppointmentId, LeadId, VisitId};
use uuid::Uuid;

use super::row::Millis;

/// The form of everything stored.
pub(super) const FORM: &[u8] = b"form";
/// How far the projection has come.
pub(super) const CURSOR: &[u8] = b"cursor";

/// A row's key: kind, moment, id. Sorts by time.
pub(super) type TimeKey = [u8; 25];
/// An index key: kind, id.
pub(super) type IdKey = [u8; 17];

/// A key of two ids: kind, whose, which.
pub(super) type PairKey = [u8; 33];

/// The kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Visit,
    Lead,
    Audit,
    Appointment,
}

impl Kind {
    const fn row(self) -> u8 {
        match self {
            Self::Visit => b'V',
            Self::Lead => b'L',
            Self::Audit => b'A',
            Self::Appointment => b'P',
        }
    }

    const fn index(self) -> u8 {
        match self {
            Self::Visit => b'v',
            Self::Lead => b'l',
            Self::Audit => b'a',
            Self::Appointment => b'p',
        }
    }

    /// The key of the row of `id`.
    pub(super) fn at(self, at: Millis, id: Uuid) -> TimeKey {
        let mut key = self.from(at);
        if let Some(place) = key.get_mut(9..) {
            place.copy_from_slice(id.as_bytes());
        }
        key
    }

    /// The smallest key that a row of this moment can have. Moments before 1970 count as 1970.
    pub(super) fn from(self, at: Millis) -> TimeKey {
        let mut key = [0; 25];
        let [kind, rest @ ..] = &mut key;
        *kind = self.row();
        if let Some(place) = rest.get_mut(..8) {
            place.copy_from_slice(&u64::try_from(at.0).unwrap_or(0).to_be_bytes());
        }
        key
    }

    fn of(self, id: Uuid) -> IdKey {
        id_key(self.index(), id)
    }
}

/// Where the key of a visit's row is kept.
pub(super) fn visit_index(visit: VisitId) -> IdKey {
    Kind::Visit.of(visit.uuid())
}

/// Where the key of a lead's row is kept.
pub(super) fn lead_index(lead: LeadId) -> IdKey {
    Kind::Lead.of(lead.uuid())
}

/// Where it is kept that a visit was, or is taken for, that of a lead.
pub(super) fn lead_visit(lead: LeadId, visit: VisitId) -> PairKey {
    let mut key = [0; 33];
    let (of, which) = key.split_at_mut(17);
    of.copy_from_slice(&lead_visits(lead));
    which.copy_from_slice(visit.uuid().as_bytes());
    key
}

/// With what all of those begin.
pub(super) fn lead_visits(lead: LeadId) -> IdKey {
    id_key(b'c', lead.uuid())
}

/// The visit of such a key.
pub(super) fn visit_of(key: &[u8]) -> Option<VisitId> {
    Some(VisitId::from_uuid(Uuid::from_slice(key.get(17..)?).ok()?))
}

fn id_key(kind: u8, id: Uuid) -> IdKey {
    let mut key = [0; 17];
    let [first, rest @ ..] = &mut key;
    *first = kind;
    rest.copy_from_slice(id.as_bytes());
    key
}

/// Where the key of an appointment's row is kept.
pub(super) fn appointment_index(appointment: AppointmentId) -> IdKey {
    Kind::Appointment.of(appointment.uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_moment_and_then_by_id() {
        let id = |byte| Uuid::from_bytes([byte; 16]);
        let keys = [
            Kind::Visit.from(Millis(-5)),
            Kind::Visit.at(Millis(1), id(9)),
            Kind::Visit.from(Millis(255)),
            Kind::Visit.at(Millis(255), id(1)),
            Kind::Visit.at(Millis(255), id(2)),
            Kind::Visit.at(Millis(256), id(0)),
        ];
        assert!(keys.is_sorted());
        assert!(Kind::Lead.at(Millis(i64::MAX), id(255)) < Kind::Visit.from(Millis(0)));
    }
}
