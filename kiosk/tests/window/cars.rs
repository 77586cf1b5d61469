//! The sample's cars, as a kiosk keeps pictures on its disk; for the benchmark of pages, too.

use std::path::{Path, PathBuf};

/// The name of the picture of a number.
pub(crate) fn hash(number: usize) -> String {
    format!("{number:064x}")
}

/// Puts these models' pictures into a folder, numbered from 0.
pub(crate) fn keep(folder: &Path, models: &[&str]) {
    std::fs::create_dir_all(folder).unwrap();
    for (number, id) in models.iter().enumerate() {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../assets/pictures/models/{id}.png"));
        let kept = kiosk::pictures::kept(&std::fs::read(file).unwrap()).unwrap();
        std::fs::write(folder.join(hash(number)), kept).unwrap();
    }
}
