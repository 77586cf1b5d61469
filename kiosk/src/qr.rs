//! QR codes as pictures: error correction M, a quiet zone of four modules, one pixel a module; the page scales it without smoothing.

use qrcode::{Color, EcLevel, QrCode};
use shared::qr::MAX_URL_BYTES;
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

const QUIET: usize = 4;
const DARK: Rgb8Pixel = Rgb8Pixel { r: 0, g: 0, b: 0 };
const LIGHT: Rgb8Pixel = Rgb8Pixel { r: 255, g: 255, b: 255 };

/// The picture of an address; `None` where it would be too dense to be read from a metre away.
#[must_use]
pub fn picture(url: &str) -> Option<Image> {
    if url.is_empty() || url.len() > MAX_URL_BYTES {
        return None;
    }
    let code = QrCode::with_error_correction_level(url, EcLevel::M).ok()?;
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
    fn addresses_that_would_be_too_dense_are_not_shown() {
        assert!(picture("").is_none());
        assert!(picture(&"x".repeat(MAX_URL_BYTES + 1)).is_none());
        assert!(picture(&"x".repeat(MAX_URL_BYTES)).is_some());
    }
}
