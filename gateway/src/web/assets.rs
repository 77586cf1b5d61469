//! Styles, scripts, icons: built into the program, served with the hash of their content, so that a browser asks again and
//! is told "as before" in one short answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use shared::wire::Language;

use super::address::Path;
use super::front::Front;
use super::pages;
use super::problem::Problem;
use super::words::Words;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../assets/web/", $name)))),*];
    };
}

files![
    "tokens.css",
    "page.css",
    "board.css",
    "diary.css",
    "floor.css",
    "manage.css",
    "morning.css",
    "owners.css",
    "stack.css",
    "visitor.css",
    "api.js",
    "contacts.js",
    "alert.js",
    "appointments.js",
    "away.js",
    "board.js",
    "board-feed.js",
    "board-public.js",
    "board-rows.js",
    "board-clock.js",
    "claims.js",
    "dialog.js",
    "dom.js",
    "expected.js",
    "floor.js",
    "hands.js",
    "icebreakers.js",
    "install.js",
    "kiosks.js",
    "leads.js",
    "live.js",
    "manage.js",
    "morning.js",
    "offline.js",
    "owners.js",
    "parties.js",
    "people.js",
    "presence.js",
    "push.js",
    "reception.js",
    "reveal.js",
    "ring.js",
    "rulings.js",
    "serving.js",
    "sheet.js",
    "shifts.js",
    "shift.js",
    "sound.js",
    "spans.js",
    "state.js",
    "tasks.js",
    "trial.js",
    "visit.js",
    "visitor.js",
    "wake.js",
    "words.js",
    "worker.js",
    "icon.svg",
    "icon-180.png",
    "icon-192.png",
    "icon-512.png",
    "manifest.json",
];

const OPENAPI: &[u8] = include_bytes!("../../../assets/web/openapi.json");

#[derive(Debug)]
struct File {
    bytes: Bytes,
    kind: &'static str,
    tag: HeaderValue,
}

/// Every file, by name.
#[derive(Debug)]
pub(super) struct Assets {
    files: BTreeMap<&'static str, File>,
    edition: String,
}

impl Assets {
    pub(super) fn new() -> Self {
        let mut files: BTreeMap<_, _> =
            FILES.iter().map(|(name, bytes)| (*name, File::new(name, Bytes::from_static(bytes)))).collect();
        for (name, language) in [("words-zh.js", Language::Zh), ("words-en.js", Language::En)] {
            files.insert(name, File::new(name, Words::module(language).into()));
        }
        let mut whole = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
        for (name, File { tag, .. }) in &files {
            whole.update(name);
            whole.update(tag);
        }
        let edition = hex::encode(whole.finalize()).split_at(12).0.to_owned();
        Self { files, edition }
    }

    /// Names all of them together: a page that is open for weeks finds out that there are others now.
    pub(super) fn edition(&self) -> &str {
        &self.edition
    }

    /// The hash of a file's content, as its `ETag` has it; empty where there is none.
    pub(super) fn hash(&self, name: &str) -> String {
        let tag = self.files.get(name).and_then(|file| file.tag.to_str().ok());
        tag.unwrap_or_default().trim_matches('"').to_owned()
    }
}

impl File {
    fn new(name: &str, bytes: Bytes) -> Self {
        let kind = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "json" => "application/manifest+json",
            _ => "application/octet-stream",
        };
        let hash = hex::encode(Sha256::digest(&bytes));
        let tag = HeaderValue::try_from(format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { bytes, kind, tag }
    }

    /// The file, or that it is as before.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let keep = [
            (header::ETAG, self.tag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache")),
            (header::CONTENT_TYPE, HeaderValue::from_static(self.kind)),
        ];
        if headers.get(header::IF_NONE_MATCH) == Some(&self.tag) {
            return (StatusCode::NOT_MODIFIED, keep).into_response();
        }
        (keep, self.bytes.clone()).into_response()
    }
}

pub(super) async fn file(
    State(front): State<Arc<Front>>,
    name: Result<Path<String>, Problem>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response {
    let Some(file) = name.ok().and_then(|Path(name)| front.assets.files.get(name.as_str())) else {
        return pages::not_found(&front, &headers, &uri);
    };
    file.answer(&headers)
}

/// The staff's service worker: its scope is where it lies.
pub(super) async fn worker(State(front): State<Arc<Front>>, headers: HeaderMap, uri: axum::http::Uri) -> Response {
    match front.assets.files.get("worker.js") {
        Some(file) => file.answer(&headers),
        None => pages::not_found(&front, &headers, &uri),
    }
}

pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], Bytes::from_static(OPENAPI)).into_response()
}

#[cfg(test)]
pub(super) fn scripts() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .filter(|(name, _)| name.rsplit('.').next() == Some("js"))
        .map(|(name, bytes)| (*name, std::str::from_utf8(bytes).expect("scripts are UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_and_link_names_a_file_that_is_there() {
        let assets = Assets::new();
        for (name, text) in FILES {
            let Ok(text) = std::str::from_utf8(text) else { continue };
            for part in text.split("/assets/").skip(1) {
                let linked: String =
                    part.chars().take_while(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect();
                if linked.ends_with('-') {
                    continue; // put together by the script
                }
                assert!(assets.files.contains_key(linked.as_str()), "{name} names {linked}");
            }
            for part in text.split("from \"./").skip(1) {
                let linked = part.split('"').next().unwrap();
                assert!(assets.files.contains_key(linked), "{name} imports {linked}");
            }
        }
    }

    #[test]
    fn colours_stand_in_the_tokens_alone() {
        for (name, text) in FILES.iter().filter(|(name, _)| name.contains(".css") && *name != "tokens.css") {
            let text = std::str::from_utf8(text).unwrap();
            assert!(!text.contains("rgb") && !text.contains("hsl"), "{name}");
            let hex = text.split('#').skip(1).any(|part| {
                part.chars().take_while(char::is_ascii_hexdigit).count() >= 3
                    && part.chars().nth(3).is_none_or(|c| !c.is_ascii_alphabetic() || c.is_ascii_hexdigit())
                    && !part.starts_with("fade")
            });
            assert!(!hex, "{name} has a colour of its own");
        }
    }

    #[test]
    fn openapi_describes_every_route_of_the_api_and_no_other() {
        let document: serde_json::Value = serde_json::from_slice(OPENAPI).unwrap();
        let described: std::collections::BTreeSet<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
            })
            .collect();
        let routes: std::collections::BTreeSet<String> = super::super::routes::ROUTES
            .iter()
            .filter(|route| {
                route.path.starts_with("/api/") || ["/healthz", "/readyz", "/metrics"].contains(&route.path)
            })
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(described, routes);
    }
}
