//! Headers of every answer, the count of those that say no, and the proof that a write comes from our own page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::front::Front;
use super::pages;
use super::problem::Code;

/// Scripts, styles, pictures and connections of our own alone; nobody frames us; forms go nowhere else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Adds what every answer carries, and counts what says no, documents and pages, by its code; pages and data are not kept by anybody unless they say otherwise.
pub(super) async fn add(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let chosen = pages::asked(request.uri());
    let mut response = next.run(request).await;
    if let Some(code) = response.extensions().get::<Code>() {
        front.metrics.refused(code.as_str());
    }
    let headers = response.headers_mut();
    if let Some(language) = chosen {
        let cookie = format!("lang={language}; Path=/; Max-Age=31536000; SameSite=Lax");
        headers.extend(HeaderValue::try_from(cookie).ok().map(|cookie| (header::SET_COOKIE, cookie)));
    }
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if front.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a write comes from a page of ours. Browsers say so in `Sec-Fetch-Site` or `Origin`. A request with neither is
/// no browser's: it passes only without a cookie (`provable`: a bearer token or nothing, which no foreign page can send).
pub(super) fn is_same_origin(headers: &HeaderMap, provable: bool) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(&header::ORIGIN), text(&header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, origin)| origin == host),
        (Some(_), None) => false,
        (None, _) => provable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], provable: bool, expect: bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        assert_eq!(is_same_origin(&map, provable), expect, "{headers:?} {provable}");
    }

    #[test]
    fn a_page_of_another_site_cannot_write() {
        check(&[("sec-fetch-site", "same-origin")], false, true);
        check(&[("sec-fetch-site", "cross-site")], false, false);
        check(&[("sec-fetch-site", "same-site")], false, false);
        check(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], false, true);
        check(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")], false, false);
        check(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")], true, false);
        check(&[("origin", "null"), ("host", "127.0.0.1:8080")], false, false);
        check(&[("host", "127.0.0.1:8080")], false, false);
        check(&[("host", "127.0.0.1:8080")], true, true);
    }
}
