//! Whether the gateway that lets this kiosk in is there, and how the account fares that it gave.

use std::path::Path;

use super::Finding;
use super::broker::{self, Advice};
use crate::account::Kept;
use crate::config::Gateway;
use crate::enrol;
use crate::session::Trouble;

/// For a kiosk that was let in.
const LET_IN: Advice = Advice {
    url: "gateway.url",
    authority: "gateway.ca_file",
    account: "it was taken away there. Press the brand's name on the kiosk for three seconds, and let it in anew",
};

pub(super) fn check(gateway: &Gateway) -> Finding {
    let url = &gateway.url;
    match enrol::knock(gateway) {
        Ok(()) => Finding::ok(format!("{url} answers")),
        Err(Trouble::Certificate) => Finding::missing(format!(
            "{url} cannot be trusted: gateway.ca_file must hold the authority that signed its certificate, and the name in gateway.url must \
             stand in the certificate"
        )),
        Err(Trouble::NoAnswer) => Finding::missing(format!(
            "{url} does not answer. Is the gateway running, is gateway.url right, and the network up?"
        )),
        Err(Trouble::ExternalBroker | Trouble::OutOfReach | Trouble::Other) => Finding::missing(format!(
            "{url} answers, but not as a gateway does: gateway.url is the address of its staff pages"
        )),
    }
}

pub(super) fn broker(gateway: &Gateway, data: &Path) -> Finding {
    let Some(account) = Kept::new(data).read() else {
        return Finding::note("no account yet: the first start shows a code that a manager types on /manage/kiosks");
    };
    match account.address(gateway) {
        Some(address) => broker::check(&address, data, &LET_IN),
        None => Finding::missing("the broker speaks TLS: gateway.ca_file must name who signed its certificate"),
    }
}
