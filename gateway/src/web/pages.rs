//! What people see: templates rendered with the words of their language.

pub(super) mod board;
pub(super) mod customers;
pub(super) mod diary;
pub(super) mod enrol;
pub(super) mod floor;
pub(super) mod manage;
pub(super) mod morning;
pub(super) mod sign_in;
pub(super) mod visitor;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use chrono::TimeDelta;
use shared::wire::Language;

use super::front::Front;
use super::problem::Code;
use super::session::{Person, cookie};
use super::words::Words;

/// What every page's frame needs.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) w: &'static Words,
    /// For the `lang` attribute.
    pub(super) lang: &'static str,
    /// `zh` or `en`, for the scripts.
    pub(super) code: &'static str,
    /// Where this page is in the other language.
    pub(super) other: String,
    pub(super) brand: String,
    /// In which somebody should have come, as one says it: `10`, `7.5`.
    pub(super) seconds: String,
}

impl Frame {
    /// The frame in the language that was asked for (`?lang=`), chosen before (cookie), or Chinese.
    pub(super) fn new(front: &Front, headers: &HeaderMap, uri: &Uri) -> Self {
        Self::in_language(front, chosen(headers, uri).unwrap_or_default(), uri)
    }

    pub(super) fn in_language(front: &Front, language: Language, uri: &Uri) -> Self {
        let brand = &front.parts.brand;
        let (lang, other, brand) = match language {
            Language::Zh => ("zh-Hans", "en", &brand.zh),
            Language::En => ("en", "zh", &brand.en),
        };
        Self {
            w: Words::of(language),
            lang,
            code: language.as_str(),
            other: format!("{}?lang={other}", uri.path()),
            brand: brand.clone(),
            seconds: seconds(front.parts.promise.breach),
        }
    }

    /// A word that names the time in which somebody should have come.
    pub(super) fn within(&self, word: &str) -> String {
        word.replace("{n}", &self.seconds)
    }

    pub(super) fn language(&self) -> Language {
        if self.code == "en" { Language::En } else { Language::Zh }
    }
}

fn seconds(span: TimeDelta) -> String {
    let tenths = span.num_milliseconds() / 100;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// The language that somebody chose: in the address, or before.
pub(super) fn chosen(headers: &HeaderMap, uri: &Uri) -> Option<Language> {
    let of = |text: &str| match text {
        "zh" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    };
    asked(uri).or_else(|| of(cookie(headers, "lang")?))
}

/// The language in the address.
pub(super) fn asked(uri: &Uri) -> Option<Language> {
    let query = uri.query().unwrap_or_default();
    query.split('&').find_map(|pair| match pair {
        "lang=zh" => Some(Language::Zh),
        "lang=en" => Some(Language::En),
        _ => None,
    })
}

/// The language of a visitor who chose none: their phone's, where that is not Chinese.
pub(super) fn visitors_language(headers: &HeaderMap, uri: &Uri) -> Language {
    let phones = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("zh");
    let foreign = !phones.trim_start().to_ascii_lowercase().starts_with("zh");
    chosen(headers, uri).unwrap_or(if foreign { Language::En } else { Language::Zh })
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message {
    frame: Frame,
    title: String,
    hint: String,
    /// Where to go from here.
    back: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline {
    frame: Frame,
}

/// What a phone keeps, to say when no gateway answers.
pub(super) async fn offline(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Response {
    render(&Offline { frame: Frame::new(&front, &headers, &uri) })
}

/// A page that only says why not; counted under its code as a problem document is.
pub(super) fn message(code: Code, frame: Frame, title: &str, hint: &str, back: Option<&'static str>) -> Response {
    refusing(code.status(), code, render(&Message { title: title.to_owned(), hint: hint.to_owned(), back, frame }))
}

/// A page that says no, with the code under which it is counted.
pub(super) fn refusing(status: StatusCode, code: Code, page: Response) -> Response {
    (status, Extension(code), page).into_response()
}

pub(super) fn not_found(front: &Front, headers: &HeaderMap, uri: &Uri) -> Response {
    let frame = Frame::new(front, headers, uri);
    let w = frame.w;
    message(Code::NotFound, frame, w.not_found, w.not_found_hint, Some("/"))
}

pub(super) fn refused(front: &Front, headers: &HeaderMap, uri: &Uri) -> Response {
    let frame = Frame::new(front, headers, uri);
    let w = frame.w;
    message(Code::NotAllowed, frame, w.refused, w.refused_hint, Some("/"))
}

pub(super) fn render(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The page that belongs to somebody's role.
pub(super) fn home_of(person: &Person) -> &'static str {
    use super::authorisation::{Action, Object, can};
    if can(person.role, Action::OpenManage, Object::Any) { "/manage" } else { "/floor" }
}
