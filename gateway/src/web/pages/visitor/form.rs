//! The visitor's form: what it offers, what was filled in, and what is wrong with it.

use serde::de::DeserializeOwned;
use shared::catalogue::Model;
use shared::consent::ConsentPurpose;
use shared::ids::ModelId;
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{Fingerprint, Language, Title};

use crate::domain::sales::{Budget, Contact, When};
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::pages::Frame;
use crate::web::problem::Code;

/// Where to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Name,
    Phone,
}

impl Fault {
    /// The code that the API has for it.
    pub(super) fn code(self) -> Code {
        match self {
            Self::Name => Code::BadBody,
            Self::Phone => Code::BadPhone,
        }
    }
}

/// What was filled in, as it was: it is shown again when something is wrong.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    pub(super) ticket: String,
    pub(super) models: Vec<String>,
    pub(super) when: Option<When>,
    pub(super) budget: Option<Budget>,
    pub(super) name: Personal,
    pub(super) title: Option<Title>,
    pub(super) phone: Personal,
    pub(super) consents: Vec<ConsentPurpose>,
}

impl Filled {
    /// An empty form with these models ticked, which its visitor has looked at.
    pub(super) fn ticking(models: &[ModelId]) -> Self {
        Self { models: models.iter().map(ModelId::to_string).collect(), ..Self::default() }
    }

    pub(super) fn read(fields: &[(String, String)]) -> Self {
        let mut filled = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "ticket" => filled.ticket.clone_from(value),
                "models" if filled.models.len() < 20 => filled.models.push(value.clone()),
                "when" => filled.when = choice(value),
                "budget" => filled.budget = choice(value),
                "name" => filled.name = Personal::new(value.trim()),
                "title" => filled.title = choice(value),
                "phone" => filled.phone = Personal::new(value.trim()),
                "consents" => filled.consents.extend(choice::<ConsentPurpose>(value)),
                _ => {}
            }
        }
        filled
    }

    /// The models among those of the catalogue.
    pub(super) fn models(&self, catalogue: &[Model]) -> Vec<ModelId> {
        let ids = catalogue.iter().map(|model| &model.id);
        ids.filter(|id| self.models.iter().any(|ticked| ticked == id.as_str())).cloned().collect()
    }

    pub(super) fn contact(&self) -> Result<Contact, Fault> {
        if self.name.reveal().chars().count() > 40 {
            return Err(Fault::Name);
        }
        let phone = match self.phone.reveal() {
            "" => None,
            text => Some(PhoneNumber::parse(text).map_err(|_| Fault::Phone)?),
        };
        let name = Some(self.name.clone()).filter(|name| !name.is_empty());
        Ok(Contact { title: self.title.filter(|_| name.is_some()), name, phone })
    }

    pub(super) fn is_mr(&self) -> bool {
        self.title == Some(Title::Mr)
    }

    pub(super) fn is_ms(&self) -> bool {
        self.title == Some(Title::Ms)
    }
}

/// Tells whether two submissions of one page say the same.
pub(super) fn fingerprint(fields: &[(String, String)]) -> Fingerprint {
    let parts: Vec<&[u8]> = fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]).collect();
    idempotency::fingerprint(&parts)
}

/// Something to tick or choose.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) word: String,
    pub(super) chosen: bool,
}

/// A consent, with the text that is agreed to.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) value: &'static str,
    pub(super) word: String,
    pub(super) text: String,
    pub(super) chosen: bool,
}

/// What the form offers.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) models: Vec<Choice>,
    pub(super) whens: Vec<Choice>,
    pub(super) budgets: Vec<Choice>,
    pub(super) asks: Vec<Ask>,
}

impl Offer {
    pub(super) fn new(front: &Front, frame: &Frame, filled: &Filled) -> Self {
        let (w, language) = (frame.w, frame.language());
        let models = front.parts.models.iter().map(|model| Choice {
            value: model.id.to_string(),
            word: model.name(language).to_owned(),
            chosen: filled.models.iter().any(|ticked| ticked == model.id.as_str()),
        });
        let choices = |prefix: &str, names: &[&str], chosen: Option<String>| {
            let choice = |name: &&str| Choice {
                value: (*name).to_owned(),
                word: w.named(prefix, name),
                chosen: chosen.as_deref() == Some(name),
            };
            names.iter().map(choice).collect()
        };
        let asks = front.parts.wordings.iter().map(|wording| Ask {
            value: wording.purpose.as_str(),
            word: w.named("consent", wording.purpose.as_str()),
            text: match language {
                Language::Zh => wording.zh.clone(),
                Language::En => wording.en.clone(),
            },
            chosen: filled.consents.contains(&wording.purpose),
        });
        Self {
            models: models.collect(),
            whens: choices("when", &["month", "quarter", "half_year", "undecided"], written(filled.when)),
            budgets: choices("budget", &["under15", "to25", "to40", "over40"], written(filled.budget)),
            asks: asks.collect(),
        }
    }
}

fn choice<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

fn written(value: Option<impl serde::Serialize>) -> Option<String> {
    let value = serde_json::to_value(value?).ok()?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(fields: &[(&str, &str)]) -> Filled {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Filled::read(&fields)
    }

    #[test]
    fn nothing_filled_in_is_fine() {
        let empty = filled(&[("name", " "), ("phone", ""), ("when", ""), ("title", "mr")]);
        assert_eq!(empty.contact(), Ok(Contact::default()), "a title without a name says nothing");
        assert_eq!((empty.when, empty.budget, empty.consents.len()), (None, None, 0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(filled(&[("phone", "123")]).contact(), Err(Fault::Phone));
        assert_eq!(filled(&[("name", &"王".repeat(41))]).contact(), Err(Fault::Name));
        let fine = filled(&[("phone", "138 0013 8000"), ("name", "王芳"), ("title", "ms")]).contact().unwrap();
        assert_eq!(fine.phone.unwrap().e164(), "+8613800138000");
        assert_eq!(fine.title, Some(Title::Ms));
    }

    #[test]
    fn budgets_are_read_as_they_are_written() {
        for name in ["under15", "to25", "to40", "over40"] {
            assert_eq!(written(choice::<Budget>(name)).as_deref(), Some(name));
        }
        for name in ["month", "quarter", "half_year", "undecided"] {
            assert_eq!(written(choice::<When>(name)).as_deref(), Some(name));
        }
    }
}
