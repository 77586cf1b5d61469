//! The name while it is picked, and the size of the party.

use std::rc::Rc;

use shared::wire::Title;
use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, NameLogic, NamingKind, PartyLogic, TitleKind};
use super::{Send, says, types};
use crate::session::{Intent, NamingStep, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = NameLogic::get(window);
    logic.set_name(screen.naming.name.as_str().into());
    logic.set_step(match screen.naming.step {
        NamingStep::Initials => NamingKind::Initials,
        NamingStep::Surnames => NamingKind::Surnames,
        NamingStep::Spelling => NamingKind::Spelling,
        NamingStep::Addressing => NamingKind::Addressing,
    });
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<NameLogic>();
    logic.on_spell(says(send, Intent::Spell));
    logic.on_key(types(send));
    logic.on_erase(says(send, Intent::Erase));
    logic.on_done(says(send, Intent::Done));
    let to = Rc::clone(send);
    logic.on_address(move |title| to(Intent::Address(address(title))));
    let to = Rc::clone(send);
    window.global::<PartyLogic>().on_came(move |party| {
        if let Ok(party) = u8::try_from(party) {
            to(Intent::Party(party));
        }
    });
}

pub(super) fn title(title: Option<Title>) -> TitleKind {
    match title {
        None => TitleKind::None,
        Some(Title::Mr) => TitleKind::Mr,
        Some(Title::Ms) => TitleKind::Ms,
    }
}

fn address(title: TitleKind) -> Option<Title> {
    match title {
        TitleKind::None => None,
        TitleKind::Mr => Some(Title::Mr),
        TitleKind::Ms => Some(Title::Ms),
    }
}
