//! Personal data inside events and state: readable in memory, written down only sealed.
//!
//! Invariant: serialising a [`Secret`] that is still open is an error, so nothing personal reaches a log, an archive or a
//! snapshot by accident. The vault walks [`Secrets`] and seals each under the key of its [`Subject`].

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, LeadId, StaffId, VisitId};

/// Whose key seals a secret; destroying that key erases everything sealed under it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// One visit: its key is destroyed when the visit ends.
    Visit(VisitId),
    /// A lead, kept with consent.
    Lead(LeadId),
    /// An appointment: its key is destroyed some days after it.
    Appointment(AppointmentId),
    /// A member of staff.
    Staff(StaffId),
}

/// A text that names no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a subject")]
pub struct NotASubject;

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visit(id) => write!(f, "visit-{id}"),
            Self::Lead(id) => write!(f, "lead-{id}"),
            Self::Appointment(id) => write!(f, "appointment-{id}"),
            Self::Staff(id) => write!(f, "staff-{id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = NotASubject;

    fn from_str(text: &str) -> Result<Self, NotASubject> {
        let (kind, id) = text.split_once('-').ok_or(NotASubject)?;
        match kind {
            "visit" => id.parse().map(Self::Visit).map_err(|_| NotASubject),
            "lead" => id.parse().map(Self::Lead).map_err(|_| NotASubject),
            "appointment" => id.parse().map(Self::Appointment).map_err(|_| NotASubject),
            "staff" => id.parse().map(Self::Staff).map_err(|_| NotASubject),
            _ => Err(NotASubject),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = NotASubject;

    fn try_from(text: String) -> Result<Self, NotASubject> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

/// A value about a person, sealed under its subject's key wherever it is written down.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T> {
    subject: Subject,
    content: Content<T>,
}

#[derive(Clone, PartialEq, Eq)]
enum Content<T> {
    Open(T),
    Sealed(String),
    Erased,
}

impl<T> Secret<T> {
    /// A readable secret.
    pub fn open(subject: Subject, value: T) -> Self {
        Self { subject, content: Content::Open(value) }
    }

    /// Whose it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The value, unless it is sealed or erased.
    pub fn get(&self) -> Option<&T> {
        match &self.content {
            Content::Open(value) => Some(value),
            Content::Sealed(_) | Content::Erased => None,
        }
    }

    /// The value to change, unless it is sealed or erased.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        match &mut self.content {
            Content::Open(value) => Some(value),
            Content::Sealed(_) | Content::Erased => None,
        }
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.content {
            Content::Open(_) => "open",
            Content::Sealed(_) => "sealed",
            Content::Erased => "erased",
        };
        write!(f, "Secret({}, {state})", self.subject)
    }
}

/// A secret as the vault sees it, whatever is inside.
pub trait Sealable {
    /// Whose key is needed.
    fn subject(&self) -> &Subject;
    /// The plain bytes, while it is open.
    fn plain(&self) -> Option<Vec<u8>>;
    /// The sealed text, while it is sealed.
    fn sealed(&self) -> Option<&str>;
    /// Replaces the content by the sealed text.
    fn close(&mut self, sealed: String);
    /// Replaces the content by the plain value; `None` or unreadable bytes leave it erased.
    fn reopen(&mut self, plain: Option<&[u8]>);
}

impl<T: Serialize + DeserializeOwned> Sealable for Secret<T> {
    fn subject(&self) -> &Subject {
        &self.subject
    }

    fn plain(&self) -> Option<Vec<u8>> {
        self.get().and_then(|value| serde_json::to_vec(value).ok())
    }

    fn sealed(&self) -> Option<&str> {
        match &self.content {
            Content::Sealed(text) => Some(text),
            Content::Open(_) | Content::Erased => None,
        }
    }

    fn close(&mut self, sealed: String) {
        self.content = Content::Sealed(sealed);
    }

    fn reopen(&mut self, plain: Option<&[u8]>) {
        self.content = match plain.and_then(|bytes| serde_json::from_slice(bytes).ok()) {
            Some(value) => Content::Open(value),
            None => Content::Erased,
        };
    }
}

/// Something that holds secrets: an event, the state.
pub trait Secrets {
    /// Calls `each` for every secret inside.
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable));
}

#[derive(Serialize, Deserialize)]
struct Stored {
    of: Subject,
    /// Absent when the secret had been erased already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sealed = match &self.content {
            Content::Open(_) => return Err(serde::ser::Error::custom("an open secret is never written down")),
            Content::Sealed(text) => Some(text.clone()),
            Content::Erased => None,
        };
        Stored { of: self.subject.clone(), sealed }.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { of, sealed } = Stored::deserialize(deserializer)?;
        Ok(Self { subject: of, content: sealed.map_or(Content::Erased, Content::Sealed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject::Staff("wang".parse().unwrap())
    }

    #[test]
    fn an_open_secret_is_never_written_down() {
        let mut secret = Secret::open(subject(), "王芳".to_owned());
        assert!(serde_json::to_string(&secret).is_err());
        assert!(!format!("{secret:?}").contains("王芳"));
        let plain = secret.plain().unwrap();
        secret.close("c2VhbGVk".to_owned());
        let json = serde_json::to_string(&secret).unwrap();
        let mut back: Secret<String> = serde_json::from_str(&json).unwrap();
        assert_eq!((back.get(), back.sealed()), (None, Some("c2VhbGVk")));
        back.reopen(Some(&plain));
        assert_eq!(back.get().map(String::as_str), Some("王芳"));
        back.reopen(None);
        assert_eq!(serde_json::to_string(&back).unwrap(), r#"{"of":"staff-wang"}"#);
    }

    #[test]
    fn subjects_read_back() {
        let visit = VisitId::new(chrono::DateTime::UNIX_EPOCH, [3; 10]);
        let lead = LeadId::new(chrono::DateTime::UNIX_EPOCH, [4; 10]);
        let appointment = AppointmentId::new(chrono::DateTime::UNIX_EPOCH, [5; 10]);
        for subject in [subject(), Subject::Visit(visit), Subject::Lead(lead), Subject::Appointment(appointment)] {
            assert_eq!(subject.to_string().parse::<Subject>().unwrap(), subject);
        }
        assert!("house-1".parse::<Subject>().is_err());
    }
}
