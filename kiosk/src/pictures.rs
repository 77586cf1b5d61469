//! Pictures of cars and people: fetched by the hash of their content, and kept on disk within a limit.
//!
//! In `<data>/pictures/` each lies under its hash, encoded in the two sizes that pages draw: pixels would fill the folder with seventy
//! cars, and whole files would take a page's time to decode. A picture that cannot be fetched or read is missing, and the page does
//! without it.
//!
//! Not here: which pictures there are (the showroom's configuration), where they stand (`ui`). Called by the desk, which fetches, and
//! by the window's adapters, which show.
//!
//! Invariants: what is kept has the hash under which it was asked for; what the showroom no longer offers is dropped.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io::{self, Cursor};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::thumbnail;
use image::{DynamicImage, ImageBuffer, ImageFormat, ImageReader, Limits, Rgba, RgbaImage};
use sha2::{Digest as _, Sha256};
use shared::wire::Picture;
use slint::{Rgba8Pixel, SharedPixelBuffer};

/// The file that is fetched, at most.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// Either side of the picture in it, at most: 64 MB while it is decoded.
const MAX_SIDE: u32 = 4096;
/// A picture is kept in this width at most; no page shows a larger one.
const WIDTH: u32 = 1152;
/// And in this one, for pages that show four of them.
const SMALL: u32 = 440;
/// A file of no more than this, one of some 500 in the folder, is kept as it came.
const FAIR: usize = 256 * 1024;
/// For what is encoded anew and has no holes.
const JPEG_QUALITY: u8 = 88;
/// Before what is kept stands its own hash.
const HASH: usize = 32;
/// What all of them may take on the disk.
const MAX_FOLDER: u64 = 128 * 1024 * 1024;
/// What scaled pictures may take in memory, in bytes: two pages of four models (1.4 MB each where the kiosk stands, 1.2 MB where it lies)
/// and a face (0.4 and 0.2 MB), so that nobody who goes there and back waits for one to be decoded. The welcome page's car (2.3 and
/// 2.7 MB) and the parked one are not among them: the window keeps them.
const SCALED: usize = 3_300_000;
/// For one picture, from the first byte asked for to the last one read.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a picture is missing.
#[derive(Debug, thiserror::Error)]
enum PictureError {
    #[error("its hash is no SHA-256 in hexadecimal")]
    Hash,
    #[error("it cannot be fetched")]
    Fetch(#[from] ureq::Error),
    #[error("its content is another one")]
    Content,
    #[error("it cannot be read as a picture")]
    Decode(#[from] image::ImageError),
    #[error("it cannot be kept")]
    Keep(#[from] io::Error),
    #[error("there is no room for it")]
    Full,
}

impl PictureError {
    /// Whether the next picture would meet the same: nobody answers, or the disk is at fault.
    fn is_everywhere(&self) -> bool {
        match self {
            Self::Fetch(error) => !matches!(error, ureq::Error::StatusCode(_) | ureq::Error::BodyExceedsLimit(_)),
            Self::Keep(_) | Self::Full => true,
            Self::Hash | Self::Content | Self::Decode(_) => false,
        }
    }
}

/// By hash and width, the one that was asked for last at the end.
type Scaled = VecDeque<((String, u32), SharedPixelBuffer<Rgba8Pixel>)>;

/// The pictures of a kiosk; copies share them.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    /// `None`: there are none, ever.
    folder: Option<PathBuf>,
    /// PEM of whoever signed the gateway's certificate, where that is no public authority.
    authority: Option<Vec<u8>>,
    scaled: Arc<Mutex<Scaled>>,
}

impl Pictures {
    /// Below a data folder.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self { folder: Some(data.join("pictures")), ..Self::default() }
    }

    /// Trusting this authority alone.
    #[must_use]
    pub fn trusting(self, authority: Option<Vec<u8>>) -> Self {
        Self { authority, ..self }
    }

    /// Fetches what is missing, drops what is no longer wanted, and says whether anything is new. Blocks.
    #[must_use]
    pub fn fetch(&self, wanted: &[Picture]) -> bool {
        let Some(folder) = &self.folder else { return false };
        if let Err(error) = fs::create_dir_all(folder).and_then(|()| drop_others(folder, wanted)) {
            tracing::warn!(%error, "pictures cannot be kept");
            return false;
        }
        let agent = crate::http::agent(self.authority.as_deref(), PATIENCE);
        let mut new = false;
        for picture in wanted {
            match keep(folder, picture, |url| get(&agent, url)) {
                Ok(kept) => new |= kept,
                Err(error) => {
                    tracing::warn!(url = picture.url, error = crate::chain(&error), "a picture is missing");
                    if error.is_everywhere() {
                        break;
                    }
                }
            }
        }
        new
    }

    /// The picture, so many pixels wide or as wide as it is; `None` while it is missing. Kept, so that the next page has it at once.
    #[must_use]
    pub fn image(&self, picture: &Picture, width: u32) -> Option<slint::Image> {
        let mut scaled = self.scaled.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (picture.sha256.clone(), width);
        if let Some(buffer) = asked_again(&mut scaled, &key) {
            return Some(slint::Image::from_rgba8(buffer));
        }
        let buffer = self.read(picture)?.scaled(width)?;
        while taken(&scaled) + buffer.as_bytes().len() > SCALED && scaled.pop_front().is_some() {}
        scaled.push_back((key, buffer.clone()));
        Some(slint::Image::from_rgba8(buffer))
    }

    /// The same for whoever keeps it: nothing else does.
    #[must_use]
    pub fn unkept(&self, picture: &Picture, width: u32) -> Option<slint::Image> {
        Some(slint::Image::from_rgba8(self.read(picture)?.scaled(width)?))
    }

    /// Width and height in pixels, as it is kept, without decoding it; `None` while it is missing.
    #[must_use]
    pub fn size(&self, picture: &Picture) -> Option<(u32, u32)> {
        reader(&self.read(picture)?.large).ok()?.into_dimensions().ok()
    }

    fn read(&self, picture: &Picture) -> Option<Kept> {
        Kept::read(&path(self.folder.as_ref()?, &picture.sha256).ok()?)
    }
}

fn asked_again(scaled: &mut Scaled, key: &(String, u32)) -> Option<SharedPixelBuffer<Rgba8Pixel>> {
    let place = scaled.iter().position(|(known, _)| known == key)?;
    let entry = scaled.remove(place)?;
    let buffer = entry.1.clone();
    scaled.push_back(entry);
    Some(buffer)
}

/// Bytes.
fn taken(scaled: &Scaled) -> usize {
    scaled.iter().map(|(_, kept)| kept.as_bytes().len()).sum()
}

fn path(folder: &Path, sha256: &str) -> Result<PathBuf, PictureError> {
    let sound = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    sound.then(|| folder.join(sha256)).ok_or(PictureError::Hash)
}

fn drop_others(folder: &Path, wanted: &[Picture]) -> io::Result<()> {
    let wanted: BTreeSet<&str> = wanted.iter().map(|picture| picture.sha256.as_str()).collect();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether it is new.
fn keep(
    folder: &Path,
    picture: &Picture,
    get: impl FnOnce(&str) -> Result<Vec<u8>, PictureError>,
) -> Result<bool, PictureError> {
    let path = path(folder, &picture.sha256)?;
    // One that a power cut tore is fetched again.
    if Kept::read(&path).is_some() {
        return Ok(false);
    }
    let file = get(&picture.url)?;
    if hex::encode(Sha256::digest(&file)) != picture.sha256 {
        return Err(PictureError::Content);
    }
    let content = content(file)?;
    let taken: u64 = fs::read_dir(folder)?.flatten().filter_map(|entry| Some(entry.metadata().ok()?.len())).sum();
    if taken + content.len() as u64 > MAX_FOLDER {
        return Err(PictureError::Full);
    }
    let draft = folder.join("draft");
    fs::write(&draft, content)?;
    // Whole or not at all; a power cut in between costs a picture that is fetched again.
    fs::rename(draft, path)?;
    Ok(true)
}

fn get(agent: &ureq::Agent, url: &str) -> Result<Vec<u8>, PictureError> {
    let mut answer = agent.get(url).call()?;
    if !answer.status().is_success() {
        return Err(ureq::Error::StatusCode(answer.status().as_u16()).into());
    }
    Ok(answer.body_mut().with_config().limit(MAX_FILE).read_to_vec()?)
}

/// What a kiosk keeps of a picture's file; for tests, which have no gateway to fetch from.
///
/// # Errors
/// When it is no picture.
#[doc(hidden)]
pub fn kept(file: &[u8]) -> Result<Vec<u8>, image::ImageError> {
    content(file.to_vec())
}

/// A picture as it is kept.
struct Kept {
    small: Vec<u8>,
    large: Vec<u8>,
}

impl Kept {
    /// `None` while it is missing, torn, or of a kiosk that kept pixels.
    fn read(path: &Path) -> Option<Self> {
        let content = fs::read(path).ok()?;
        let (hash, sizes) = content.split_at_checked(HASH)?;
        if Sha256::digest(sizes).as_slice() != hash {
            return None;
        }
        let (length, sizes) = sizes.split_first_chunk()?;
        let (small, large) = sizes.split_at_checked(u32::from_le_bytes(*length).try_into().ok()?)?;
        Some(Self { small: small.to_vec(), large: large.to_vec() })
    }

    /// At least as wide as it is asked for, where it is that wide.
    fn pixels(&self, width: u32) -> Option<RgbaImage> {
        decode(if width <= SMALL { &self.small } else { &self.large }).ok()
    }

    fn scaled(&self, width: u32) -> Option<SharedPixelBuffer<Rgba8Pixel>> {
        let pixels = self.pixels(width)?;
        Some(buffer(&narrowed(&pixels, width)))
    }
}

/// A picture that is shown already, no wider than this.
pub(crate) fn narrower(image: slint::Image, width: u32) -> slint::Image {
    let narrower = image.to_rgba8().and_then(|pixels| {
        let pixels = ImageBuffer::from_raw(pixels.width(), pixels.height(), pixels.as_bytes())?;
        narrow(&pixels, width)
    });
    narrower.map_or(image, |pixels| slint::Image::from_rgba8(buffer(&pixels)))
}

fn buffer(pixels: &RgbaImage) -> SharedPixelBuffer<Rgba8Pixel> {
    SharedPixelBuffer::clone_from_slice(pixels.as_raw(), pixels.width(), pixels.height())
}

/// The hash of the rest, the length of the small one, the small one, the large one.
fn content(file: Vec<u8>) -> Result<Vec<u8>, image::ImageError> {
    let pixels = decode(&file)?;
    let small = encode(&narrowed(&pixels, SMALL))?;
    let as_it_came = pixels.width() <= WIDTH && file.len() <= FAIR;
    let large = if as_it_came { file } else { encode(&narrowed(&pixels, WIDTH))? };
    let length = u32::try_from(small.len()).unwrap_or(u32::MAX).to_le_bytes();
    let sizes = [length.as_slice(), &small, &large].concat();
    Ok([Sha256::digest(&sizes).as_slice(), &sizes].concat())
}

fn decode(file: &[u8]) -> Result<RgbaImage, image::ImageError> {
    Ok(reader(file)?.decode()?.into_rgba8())
}

fn reader(file: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, image::ImageError> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    Ok(reader)
}

fn encode(pixels: &RgbaImage) -> Result<Vec<u8>, image::ImageError> {
    let mut file = Cursor::new(Vec::new());
    if pixels.pixels().all(|Rgba([.., alpha])| *alpha == u8::MAX) {
        let whole = DynamicImage::ImageRgba8(pixels.clone()).into_rgb8();
        whole.write_with_encoder(JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY))?;
    } else {
        pixels.write_to(&mut file, ImageFormat::Png)?;
    }
    Ok(file.into_inner())
}

fn narrowed(pixels: &RgbaImage, width: u32) -> Cow<'_, RgbaImage> {
    narrow(pixels, width).map_or(Cow::Borrowed(pixels), Cow::Owned)
}

/// `None` where it is no wider already.
fn narrow<C: Deref<Target = [u8]>>(pixels: &ImageBuffer<Rgba<u8>, C>, width: u32) -> Option<RgbaImage> {
    let width = width.max(1);
    let height = (u64::from(pixels.height()) * u64::from(width)).div_ceil(u64::from(pixels.width()));
    let height = u32::try_from(height).unwrap_or(MAX_SIDE).max(1);
    (pixels.width() > width).then(|| thumbnail(pixels, width, height))
}

#[cfg(test)]
mod tests;
