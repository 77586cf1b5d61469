//! QR codes as pictures: error correction M, a quiet zone of four modules, one pixel a module; the page scales it without smoothing.
//!
//! Two kinds: an address, and a Wi-Fi to join before it (`WIFI:…`, as phones' cameras read it; the wiki of `ZXing`, "Barcode Contents").

use qrcode::{Color, EcLevel, QrCode};
use shared::qr::MAX_URL_BYTES;
use shared::wire::GuestWifi;
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// What the longest name and password come to, each of their characters escaped: version 11.
const MAX_WIFI_BYTES: usize = 215;
const QUIET: usize = 4;
const DARK: Rgb8Pixel = Rgb8Pixel { r: 0, g: 0, b: 0 };
const LIGHT: Rgb8Pixel = Rgb8Pixel { r: 255, g: 255, b: 255 };

/// The picture of an address; `None` where it would be too dense to be read from a metre away.
#[must_use]
pub fn picture(url: &str) -> Option<Image> {
    if url.is_empty() || url.len() > MAX_URL_BYTES {
        return None;
    }
    drawn(url)
}

/// The picture of a Wi-Fi: a phone that scans it asks whether to join.
#[must_use]
pub fn joining(wifi: &GuestWifi) -> Option<Image> {
    let text = joining_text(wifi);
    if text.len() > MAX_WIFI_BYTES { None } else { drawn(&text) }
}

/// What that picture says.
#[must_use]
pub fn joining_text(wifi: &GuestWifi) -> String {
    let mut text = String::from(if wifi.password.is_some() { "WIFI:T:WPA;S:" } else { "WIFI:T:nopass;S:" });
    escape(&wifi.ssid, &mut text);
    if let Some(password) = &wifi.password {
        text.push_str(";P:");
        escape(password, &mut text);
    }
    text.push_str(if wifi.hidden { ";H:true;;" } else { ";;" });
    text
}

/// What would end a field, or begin one, stands behind a backslash.
fn escape(value: &str, into: &mut String) {
    for c in value.chars() {
        if matches!(c, '\\' | ';' | ',' | ':' | '"') {
            into.push('\\');
        }
        into.push(c);
    }
}

fn drawn(text: &str) -> Option<Image> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(u32::try_from(side).ok()?, u32::try_from(side).ok()?);
    buffer.make_mut_slice().fill(LIGHT);
    let rows = buffer.make_mut_slice().chunks_exact_mut(side).skip(QUIET);
    for (row, modules) in rows.zip(code.to_colors().chunks_exact(width)) {
        for (pixel, module) in row.iter_mut().skip(QUIET).zip(modules) {
            *pixel = if *module == Color::Dark { DARK } else { LIGHT };
        }
    }
    Some(Image::from_rgb8(buffer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_quiet_at_its_edges_and_not_blank() {
        let image = picture("https://example.com/i/abcdefghijklmnopqrstuvwxyz0123456789ABCD").unwrap();
        let buffer = image.to_rgb8().unwrap();
        let (side, pixels) = (buffer.width() as usize, buffer.as_slice());
        assert_eq!(buffer.width(), buffer.height());
        assert!(pixels[..side * QUIET].iter().all(|pixel| *pixel == LIGHT));
        assert!(pixels.chunks(side).all(|row| row[..QUIET].iter().all(|pixel| *pixel == LIGHT)));
        // The finder pattern's corner.
        assert_eq!(pixels[side * QUIET + QUIET], DARK);
    }

    #[test]
    fn a_wifi_is_written_as_phones_read_it() {
        #[track_caller]
        fn check(ssid: &str, password: Option<&str>, hidden: bool, expect: &str) {
            let wifi = GuestWifi { ssid: ssid.to_owned(), password: password.map(str::to_owned), hidden };
            assert_eq!(joining_text(&wifi), expect);
            assert!(joining(&wifi).is_some());
        }
        check("Showroom Guests", Some("welcome-in"), false, "WIFI:T:WPA;S:Showroom Guests;P:welcome-in;;");
        check("展厅访客", Some("huanying8"), true, "WIFI:T:WPA;S:展厅访客;P:huanying8;H:true;;");
        check("Open", None, false, "WIFI:T:nopass;S:Open;;");
        check("Open", None, true, "WIFI:T:nopass;S:Open;H:true;;");
        let (ssid, password) = (r#"a;b,c:d"e\f"#, r#"\;,:"'1234"#);
        check(ssid, Some(password), false, r#"WIFI:T:WPA;S:a\;b\,c\:d\"e\\f;P:\\\;\,\:\"'1234;;"#);
    }

    #[test]
    fn the_longest_wifi_still_has_a_code() {
        let wifi = GuestWifi { ssid: ";".repeat(32), password: Some(":".repeat(63)), hidden: true };
        assert!(joining(&wifi).is_some(), "{}", joining_text(&wifi).len());
    }

    #[test]
    fn addresses_that_would_be_too_dense_are_not_shown() {
        assert!(picture("").is_none());
        assert!(picture(&"x".repeat(MAX_URL_BYTES + 1)).is_none());
        assert!(picture(&"x".repeat(MAX_URL_BYTES)).is_some());
    }
}
