//! The sample's cars and people, as a kiosk keeps pictures on its disk; for the benchmark of pages, too.

use std::path::{Path, PathBuf};

/// The name of the picture of a number.
pub(crate) fn hash(number: usize) -> String {
    format!("{number:064x}")
}

/// The pictures of these models, numbered from 0.
pub(crate) const CARS: [&str; 6] = ["s7", "x5", "x9", "m8", "gt", "e3"];
/// Those of these consultants, numbered from `FACES`.
pub(crate) const PEOPLE: [&str; 3] = ["wang", "chen", "li"];
pub(crate) const FACES: usize = 20;

/// Puts the pictures into a folder.
pub(crate) fn keep(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let cars = CARS.iter().enumerate().map(|(number, id)| (number, format!("models/{id}")));
    let people = PEOPLE.iter().enumerate().map(|(number, id)| (FACES + number, format!("staff/{id}")));
    for (number, name) in cars.chain(people) {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../assets/pictures/{name}.png"));
        let kept = kiosk::pictures::kept(&std::fs::read(file).unwrap()).unwrap();
        std::fs::write(folder.join(hash(number)), kept).unwrap();
    }
}
