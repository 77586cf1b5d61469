//! Pictures of cars and people, by the hash of their content: kiosks and visitors' phones fetch each once.
//!
//! Read at start from `catalogue.pictures`: `<model>.png` or `.jpg`, and `staff/<account>.png` or `.jpg`. The sample showroom has its
//! own. The brand's logo is a file of any name below that folder (`store.logo`). Not here: what they show (the catalogue), caching on devices.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use shared::wire::Picture;

use super::address;
use super::front::Front;
use super::problem::Problem;

/// Endings, and what they are.
const KINDS: [(&str, &str); 3] = [("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg")];
/// One picture at most; a kiosk fetches no larger one.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// All of them: they are served from memory.
const MAX_ALL: usize = 64 * 1024 * 1024;

/// Every picture of the showroom.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    /// By what they show: `s7`, `staff/wang`.
    hashes: BTreeMap<String, String>,
    files: BTreeMap<String, (&'static str, Bytes)>,
    bytes: usize,
}

impl Gallery {
    /// The pictures of these names in a folder. One that is missing or too large is left out, with a line that says so.
    #[must_use]
    pub fn read(folder: &Path, names: impl Iterator<Item = String>) -> Self {
        let mut gallery = Self::default();
        if !folder.is_dir() {
            tracing::warn!(folder = %folder.display(), "there are no pictures: this is no folder");
        }
        for name in names {
            for (ending, kind) in KINDS {
                let path = folder.join(format!("{name}.{ending}"));
                let file = match fs::read(&path) {
                    Ok(file) => file,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(error) => {
                        tracing::warn!(path = %path.display(), %error, "a picture is left out");
                        continue;
                    }
                };
                if gallery.add(&name, kind, file) {
                    break;
                }
                tracing::warn!(path = %path.display(), "a picture is left out: it is too large");
            }
        }
        gallery
    }

    /// Adds one more from the folder, by the name of its file. One that is missing or too large is left out, with a line that says so.
    pub fn read_file(&mut self, folder: &Path, name: &str) {
        let path = folder.join(name);
        let Some(kind) = kind(name) else { return };
        match fs::read(&path) {
            Ok(file) => {
                if !self.add(name, kind, file) {
                    tracing::warn!(path = %path.display(), "a picture is left out: it is too large");
                }
            }
            Err(error) => tracing::warn!(path = %path.display(), %error, "a picture is left out"),
        }
    }

    /// Adds a picture; false when there is no room for it.
    pub fn add(&mut self, name: &str, kind: &'static str, file: impl Into<Bytes>) -> bool {
        let file = file.into();
        if file.len() > MAX_FILE || self.bytes + file.len() > MAX_ALL {
            return false;
        }
        self.bytes += file.len();
        let hash = hex::encode(Sha256::digest(&file));
        self.hashes.insert(name.to_owned(), hash.clone());
        self.files.insert(hash, (kind, file));
        true
    }

    /// The picture of this name, for devices that reach the gateway at `base`.
    #[must_use]
    pub fn picture(&self, name: &str, base: &str) -> Option<Picture> {
        let sha256 = self.hashes.get(name)?.clone();
        let url = format!("{}/pictures/{sha256}", base.trim_end_matches('/'));
        Some(Picture { sha256, url })
    }
}

/// What kind of picture a file's ending says it is.
#[must_use]
pub fn kind(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    KINDS.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind)
}

/// `GET /pictures/{sha256}`: what has this hash never changes.
pub(super) async fn picture(State(front): State<Arc<Front>>, address::Path(sha256): address::Path<String>) -> Response {
    let Some((kind, file)) = front.parts.gallery.files.get(&sha256) else {
        return Problem::not_found().into_response();
    };
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (StatusCode::OK, headers, file.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_by_name_and_named_by_content() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("staff")).unwrap();
        fs::write(folder.path().join("s7.png"), b"car").unwrap();
        fs::write(folder.path().join("staff/wang.jpg"), b"face").unwrap();
        let names = ["s7", "x5", "staff/wang"].map(str::to_owned);
        let gallery = Gallery::read(folder.path(), names.into_iter());
        let picture = gallery.picture("s7", "https://showroom.example/").unwrap();
        assert_eq!(picture.sha256, hex::encode(Sha256::digest(b"car")));
        assert_eq!(picture.url, format!("https://showroom.example/pictures/{}", picture.sha256));
        gallery_takes_a_logo(folder.path(), gallery.clone());
        assert!(gallery.picture("staff/wang", "").is_some());
        assert!(gallery.picture("x5", "").is_none());
    }

    fn gallery_takes_a_logo(folder: &Path, mut gallery: Gallery) {
        fs::create_dir(folder.join("brand")).unwrap();
        fs::write(folder.join("brand/logo.png"), b"logo").unwrap();
        gallery.read_file(folder, "brand/logo.png");
        gallery.read_file(folder, "brand/none.png");
        let picture = gallery.picture("brand/logo.png", "").unwrap();
        assert_eq!(picture.sha256, hex::encode(Sha256::digest(b"logo")));
        assert!(gallery.picture("brand/none.png", "").is_none());
    }

    #[test]
    fn what_is_too_large_is_left_out() {
        let mut gallery = Gallery::default();
        assert!(!gallery.add("s7", "image/png", vec![0; MAX_FILE + 1]));
        let all = (0..20).filter(|n| gallery.add(&n.to_string(), "image/png", vec![0; MAX_FILE])).count();
        assert_eq!(all, MAX_ALL / MAX_FILE);
    }
}
