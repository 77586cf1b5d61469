//! The codes of problem documents, each with its status: one table, which `PROTOCOL.md` has as well (a test compares them).

use axum::http::StatusCode;

use crate::domain::Refusal;

macro_rules! codes {
    ($($name:ident = $text:literal, $status:ident;)*) => {
        /// What went wrong, for programs. Stable: codes are added, never changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(clippy::enum_variant_names, reason = "some are about another code: a QR code, or a kiosk's")]
        pub(in crate::web) enum Code {
            $($name,)*
        }

        impl Code {
            /// Every code.
            #[cfg(test)]
            pub(in crate::web) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it is written.
            pub(in crate::web) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The status that goes with it.
            pub(in crate::web) fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    NotSignedIn = "not_signed_in", UNAUTHORIZED;
    WrongPassword = "wrong_password", UNAUTHORIZED;
    TooManyTries = "too_many_tries", TOO_MANY_REQUESTS;
    CodeExpired = "code_expired", GONE;
    CodeForged = "code_forged", NOT_FOUND;
    CodeSpent = "code_spent", GONE;
    NotAllowed = "not_allowed", FORBIDDEN;
    NotYours = "not_yours", FORBIDDEN;
    CrossSite = "cross_site", FORBIDDEN;
    WrongSender = "wrong_sender", FORBIDDEN;
    ForeignVisit = "foreign_visit", FORBIDDEN;
    NotFound = "not_found", NOT_FOUND;
    UnknownVisit = "unknown_visit", NOT_FOUND;
    UnknownAlert = "unknown_alert", NOT_FOUND;
    UnknownStaff = "unknown_staff", NOT_FOUND;
    UnknownDevice = "unknown_device", NOT_FOUND;
    UnknownLead = "unknown_lead", NOT_FOUND;
    UnknownAppointment = "unknown_appointment", NOT_FOUND;
    UnknownDispute = "unknown_dispute", NOT_FOUND;
    UnknownCode = "unknown_code", NOT_FOUND;
    ContactErased = "contact_erased", GONE;
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    AlertOver = "alert_over", CONFLICT;
    VisitOver = "visit_over", CONFLICT;
    IdConflict = "id_conflict", CONFLICT;
    NothingToUndo = "nothing_to_undo", CONFLICT;
    NotServed = "not_served", CONFLICT;
    NobodyFree = "nobody_free", CONFLICT;
    OffShift = "off_shift", CONFLICT;
    NotPlanned = "not_planned", CONFLICT;
    AppointmentOver = "appointment_over", CONFLICT;
    DoubleBooked = "double_booked", CONFLICT;
    DisputeOver = "dispute_over", CONFLICT;
    AlreadyDisputed = "already_disputed", CONFLICT;
    AlreadySettled = "already_settled", CONFLICT;
    AlreadyYours = "already_yours", CONFLICT;
    OwnerChanged = "owner_changed", CONFLICT;
    NoParty = "no_party", CONFLICT;
    OwnAccount = "own_account", CONFLICT;
    NameTaken = "name_taken", CONFLICT;
    ExternalBroker = "external_broker", CONFLICT;
    PushOff = "push_off", CONFLICT;
    BrokerOutOfReach = "broker_out_of_reach", CONFLICT;
    TooLarge = "too_large", PAYLOAD_TOO_LARGE;
    NotJson = "not_json", BAD_REQUEST;
    HttpsOnly = "https_only", BAD_REQUEST;
    BadBody = "bad_body", BAD_REQUEST;
    BadPhone = "bad_phone", BAD_REQUEST;
    BadPath = "bad_path", BAD_REQUEST;
    BadQuery = "bad_query", BAD_REQUEST;
    BadRange = "bad_range", BAD_REQUEST;
    BadName = "bad_name", BAD_REQUEST;
    BadCursor = "bad_cursor", BAD_REQUEST;
    BadKey = "bad_key", BAD_REQUEST;
    Internal = "internal", INTERNAL_SERVER_ERROR;
    TooManyClaims = "too_many_claims", SERVICE_UNAVAILABLE;
    Busy = "busy", SERVICE_UNAVAILABLE;
    Rebuilding = "rebuilding", SERVICE_UNAVAILABLE;
    ViewsUnavailable = "views_unavailable", SERVICE_UNAVAILABLE;
    Ended = "ended", SERVICE_UNAVAILABLE;
    NotReady = "not_ready", SERVICE_UNAVAILABLE;
}

impl From<Refusal> for Code {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownVisit => Self::UnknownVisit,
            Refusal::VisitOver => Self::VisitOver,
            Refusal::ForeignVisit => Self::ForeignVisit,
            Refusal::UnknownAlert => Self::UnknownAlert,
            Refusal::AlertOver => Self::AlertOver,
            Refusal::UnknownStaff => Self::UnknownStaff,
            Refusal::UnknownDevice => Self::UnknownDevice,
            Refusal::UnknownLead => Self::UnknownLead,
            Refusal::UnknownAppointment => Self::UnknownAppointment,
            Refusal::AppointmentOver => Self::AppointmentOver,
            Refusal::DoubleBooked => Self::DoubleBooked,
            Refusal::UnknownDispute => Self::UnknownDispute,
            Refusal::DisputeOver => Self::DisputeOver,
            Refusal::AlreadyDisputed => Self::AlreadyDisputed,
            Refusal::AlreadySettled => Self::AlreadySettled,
            Refusal::AlreadyYours => Self::AlreadyYours,
            Refusal::OwnerChanged => Self::OwnerChanged,
            Refusal::NotYours => Self::NotYours,
            Refusal::NothingToUndo => Self::NothingToUndo,
            Refusal::NotServed => Self::NotServed,
            Refusal::NobodyFree => Self::NobodyFree,
            Refusal::OffShift => Self::OffShift,
            Refusal::NotPlanned => Self::NotPlanned,
            Refusal::NoParty => Self::NoParty,
            Refusal::IdConflict => Self::IdConflict,
            Refusal::CodeSpent => Self::CodeSpent,
            Refusal::WrongSender => Self::WrongSender,
        }
    }
}
