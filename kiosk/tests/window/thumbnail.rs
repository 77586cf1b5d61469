//! Small pictures of pages, how far two of them differ, and a sheet of them in a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// So many pixels of a page, both ways, become one.
pub(crate) const SMALLER: usize = 3;
/// The side of the squares that are compared; each begins half a side after the one before.
const SQUARE: usize = 8;
/// How far the colours of a square may be from those kept, on average, of 255. Measured: the palette alone costs up to 8.0, another
/// machine's rounding up to 3.0 (the palette of one page included), and words that are missing make at least 16.7.
pub(crate) const TOLERANCE: f32 = 12.0;
/// Colours of a sheet.
const PALETTE: usize = 256;
/// Pictures side by side on a sheet.
const COLUMNS: usize = 6;
/// What a sheet says about itself: the names of its pictures.
const NAMES: &str = "Comment";

/// A small picture, three bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thumbnail {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 3]>,
}

impl Thumbnail {
    /// Of a page in RGBA; each pixel is the mean of those it stands for.
    pub(crate) fn of(page: &[u8], page_width: usize) -> Self {
        let (width, height) = (page_width / SMALLER, page.len() / 4 / page_width / SMALLER);
        let count = SMALLER * SMALLER;
        let mut pixels = Vec::with_capacity(width * height);
        // Plain loops: iterators cost ten times as much where nothing is optimised.
        for top in 0..height {
            for left in 0..width {
                let mut sum = [count / 2; 3];
                for row in 0..SMALLER {
                    let mut at = ((top * SMALLER + row) * page_width + left * SMALLER) * 4;
                    for _ in 0..SMALLER {
                        sum[0] += usize::from(page[at]);
                        sum[1] += usize::from(page[at + 1]);
                        sum[2] += usize::from(page[at + 2]);
                        at += 4;
                    }
                }
                pixels.push(sum.map(|sum| u8::try_from(sum / count).unwrap()));
            }
        }
        Self { width, height, pixels }
    }

    /// The mean difference within the square where it is largest, and where that begins.
    pub(crate) fn difference(&self, other: &Self) -> (f32, usize, usize) {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let apart: Vec<u32> = self
            .pixels
            .iter()
            .zip(&other.pixels)
            .map(|(one, other)| one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b))).max().unwrap_or(0))
            .collect();
        let mut largest = (0, 0, 0);
        for top in (0..=self.height - SQUARE).step_by(SQUARE / 2) {
            for left in (0..=self.width - SQUARE).step_by(SQUARE / 2) {
                let rows = (top..top + SQUARE).map(|row| row * self.width + left);
                let sum = rows.map(|at| apart[at..at + SQUARE].iter().sum::<u32>()).sum();
                largest = largest.max((sum, left, top));
            }
        }
        let (sum, left, top) = largest;
        #[expect(clippy::cast_precision_loss, reason = "at most 64 × 255")]
        let mean = sum as f32 / (SQUARE * SQUARE) as f32;
        (mean, left, top)
    }
}

/// Pictures by name, in one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet(pub(crate) Vec<(String, Thumbnail)>);

impl Sheet {
    /// `None` when there is no such file.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path).ok()?));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let said =
            reader.info().uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == NAMES).unwrap().text.clone();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        let sheet_width = frame.width as usize;
        let (size, names) = said.split_once(' ').unwrap();
        let (width, height) = size.split_once('x').map(|(w, h)| (w.parse().unwrap(), h.parse().unwrap())).unwrap();
        let thumbnail = |at: usize| {
            let (left, top) = (at % COLUMNS * width, at / COLUMNS * height);
            let row = |row: usize| bytes[((top + row) * sheet_width + left) * 3..][..width * 3].chunks_exact(3);
            let pixels = (0..height).flat_map(row).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
            Thumbnail { width, height, pixels }
        };
        Some(Self(names.split(' ').enumerate().map(|(at, name)| (name.to_owned(), thumbnail(at))).collect()))
    }

    pub(crate) fn write(&self, path: &Path) {
        let (width, height) = self.0.first().map(|(_, first)| (first.width, first.height)).unwrap();
        let (sheet_width, sheet_height) = (COLUMNS * width, self.0.len().div_ceil(COLUMNS) * height);
        let palette = self.palette();
        let mut nearest = BTreeMap::new();
        let mut bytes = vec![0_u8; sheet_width * sheet_height];
        for (at, (_, thumbnail)) in self.0.iter().enumerate() {
            let (left, top) = (at % COLUMNS * width, at / COLUMNS * height);
            for (row, pixels) in thumbnail.pixels.chunks_exact(width).enumerate() {
                for (column, pixel) in pixels.iter().enumerate() {
                    let colour = *nearest.entry(*pixel).or_insert_with(|| nearest_of(&palette, *pixel));
                    bytes[(top + row) * sheet_width + left + column] = colour;
                }
            }
        }
        let names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        let side = |side: usize| u32::try_from(side).unwrap();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut encoder = png::Encoder::new(File::create(path).unwrap(), side(sheet_width), side(sheet_height));
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.add_text_chunk(NAMES.to_owned(), format!("{width}x{height} {}", names.join(" "))).unwrap();
        encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
    }

    /// Colours such that no pixel is far from one of them, and the less so, the more pixels are alike.
    fn palette(&self) -> Vec<[u8; 3]> {
        let mut near: BTreeMap<[u8; 3], (u32, [u32; 3])> = BTreeMap::new();
        for pixel in self.0.iter().flat_map(|(_, thumbnail)| &thumbnail.pixels) {
            let (count, sums) = near.entry(pixel.map(|part| part >> 3)).or_default();
            *count += 1;
            for (sum, part) in sums.iter_mut().zip(pixel) {
                *sum += u32::from(*part);
            }
        }
        // The mean of pixels that are near each other, how many they are, and how far from the palette so far.
        let mut left: Vec<([u8; 3], u32, u32)> = near
            .into_values()
            .map(|(count, sums)| (sums.map(|sum| u8::try_from((sum + count / 2) / count).unwrap()), count, u32::MAX))
            .collect();
        let mut palette = Vec::new();
        while palette.len() < PALETTE && !left.is_empty() {
            let badness = |(_, count, far): &([u8; 3], u32, u32)| u64::from(*far) * u64::from(count.isqrt());
            let worst = (0..left.len()).max_by_key(|at| badness(&left[*at])).unwrap();
            let (colour, ..) = left.swap_remove(worst);
            palette.push(colour);
            for (other, _, far) in &mut left {
                *far = apart(colour, *other).min(*far);
            }
        }
        palette
    }
}

/// Squared, so that one large error weighs more than several small ones.
fn apart(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

fn nearest_of(palette: &[[u8; 3]], pixel: [u8; 3]) -> u8 {
    let nearest = palette.iter().enumerate().min_by_key(|(_, colour)| apart(**colour, pixel));
    u8::try_from(nearest.map_or(0, |(at, _)| at)).unwrap()
}
