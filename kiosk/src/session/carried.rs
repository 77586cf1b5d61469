//! What somebody who has to go takes along: the store's own code, which knows the models that they picked, and nothing else about them.

use shared::ids::ModelId;
use shared::qr::carrying;

use super::Session;
use super::screen::{Farewell, Page};

impl Session {
    /// The models of the visit that leaves the screen, as far as they were kept.
    pub(super) fn models_to_carry(&self, farewell: Farewell) -> Vec<ModelId> {
        let visit = self.visit.as_ref().filter(|_| farewell == Farewell::Left);
        visit.map(|visit| visit.noted.detail().models).unwrap_or_default()
    }

    pub(super) fn carried_url(&self) -> Option<String> {
        let url = self.config.store_url.clone()?;
        let leaving = self.page == Page::Farewell(Farewell::Left);
        Some(if leaving { carrying(&url, &self.carried) } else { url })
    }
}
