//! What somebody who had to go reads first: the cars that they looked at, with what the catalogue knows of each, and no more.

use shared::catalogue::Model;
use shared::ids::ModelId;
use shared::wire::Language;

use crate::web::front::Front;

/// A visit that goes on, on the phone.
#[derive(Debug)]
pub(super) struct Brochure {
    /// In the order of the catalogue; none where nothing was picked.
    pub(super) cars: Vec<Car>,
}

/// One of the cars.
#[derive(Debug)]
pub(super) struct Car {
    id: ModelId,
    pub(super) name: String,
    /// Its picture's address on this door.
    pub(super) picture: Option<String>,
    /// Where it stands in the showroom.
    pub(super) place: Option<String>,
}

impl Brochure {
    /// Of these models, as far as the catalogue has them.
    pub(super) fn of(front: &Front, looked_at: &[ModelId], language: Language) -> Self {
        let known = front.parts.models.iter().filter(|model| looked_at.contains(&model.id));
        Self { cars: known.map(|model| Car::of(front, model, language)).collect() }
    }

    /// Their ids.
    pub(super) fn models(&self) -> Vec<ModelId> {
        self.cars.iter().map(|car| car.id.clone()).collect()
    }
}

impl Car {
    fn of(front: &Front, model: &Model, language: Language) -> Self {
        let place = model.place.as_ref().map(|place| match language {
            Language::Zh => place.zh.clone(),
            Language::En => place.en.clone(),
        });
        Self {
            id: model.id.clone(),
            name: model.name(language).to_owned(),
            // Ours alone: the page's rules let no other in.
            picture: front.parts.gallery.picture(model.id.as_str(), "").map(|picture| picture.url),
            place,
        }
    }
}
