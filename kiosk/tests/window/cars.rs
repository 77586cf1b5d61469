//! The sample's cars, as a kiosk keeps pictures on its disk; for the benchmark of pages, too.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// The name of the picture of a number.
pub(crate) fn hash(number: usize) -> String {
    format!("{number:064x}")
}

/// Puts these models' pictures into a folder, numbered from 0: width, height, pixels.
pub(crate) fn keep(folder: &Path, models: &[&str]) {
    std::fs::create_dir_all(folder).unwrap();
    for (number, id) in models.iter().enumerate() {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../assets/pictures/models/{id}.png"));
        let mut decoder = png::Decoder::new(BufReader::new(File::open(file).unwrap()));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        pixels.truncate(frame.buffer_size());
        let mut content = [frame.width.to_le_bytes(), frame.height.to_le_bytes()].concat();
        content.extend(pixels);
        std::fs::write(folder.join(hash(number)), content).unwrap();
    }
}
