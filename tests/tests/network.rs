//! Pages of staff on a network that is cut, or falls silent: the light says what is true, and nothing is missed or doubled.

use anyhow::{Context, Result};
use serde_json::json;
use shared::wire::Stage;
use tests::world::{Browser, Line, Role, Setup, Showroom, reachable, sign_in};

const PHONE: (u32, u32) = (360, 780);

/// Counts how often the page is told of an alert, and how often it shows one.
const WATCHED: &str = "window.told = 0; window.opened = 0; { const listen = EventSource.prototype.addEventListener; \
                       EventSource.prototype.addEventListener = function (name, take) { \
                           listen.call(this, name, (event) => { if (name === 'alert') window.told += 1; take(event); }); }; \
                       const open = HTMLDialogElement.prototype.showModal; \
                       HTMLDialogElement.prototype.showModal = function () { \
                           if (this.id === 'alert') window.opened += 1; open.call(this); }; }";

/// Somebody's page over a line of its own, free and reachable.
async fn page(showroom: &Showroom, name: &str, line: &Line) -> Result<Browser> {
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    browser.before_each_page(WATCHED).await?;
    // Whoever is signed in at an address is so on all of its ports.
    sign_in(&browser, showroom, name, "/morning").await?;
    browser.go(&format!("{}/floor", line.url())).await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    reachable(showroom, "boss", name).await?;
    browser.find("#light:not([data-state=red])").await?;
    Ok(browser)
}

#[tokio::test]
async fn an_alert_from_while_the_page_was_cut_off_is_shown_once_when_it_is_back() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let line = Line::to(showroom.gateway().http_address()).await?;
    let browser = page(&showroom, "wang", &line).await?;

    line.cut();
    browser.find("#light[data-state=red]").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.stage(tap.visit, Stage::Calling).await.context("wang counts as reachable for a while")?;
    let counts = "return [told, opened]";
    assert_eq!(browser.client().execute(counts, Vec::new()).await?, json!([0, 0]), "the line is not cut");
    line.mend();
    browser.find("dialog#alert[open]").await?;
    browser.find("#light:not([data-state=red])").await?;
    browser.picture("alert-after-a-cut").await?;
    let more = "return document.getElementById('alert-more').hidden";
    assert_eq!(browser.client().execute(more, Vec::new()).await?, json!(true), "another one waits");
    browser.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.press("已见到客人").await?;
    browser.says("正在接待").await?;
    browser.press("结束接待").await?;
    browser.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    browser.find("#presence [data-presence=free][aria-pressed=true]").await?;
    let told = "told twice, to ring and with what Accept opens, and shown once";
    assert_eq!(browser.client().execute(counts, Vec::new()).await?, json!([2, 1]), "{told}");
    browser.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_page_before_a_silent_network_says_that_nothing_rings_and_comes_back_by_itself() -> Result<()> {
    let config = Some("[web]\nalive = \"1s\"\n".to_owned());
    let showroom = Showroom::with(Setup { config, ..Setup::default() }).await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let line = Line::to(showroom.gateway().http_address()).await?;
    let browser = page(&showroom, "wang", &line).await?;

    line.fall_silent();
    browser.find("#light[data-state=red]").await.context("its connections look open")?;
    line.mend();
    browser.find("#light:not([data-state=red])").await.context("the page comes back by itself")?;
    reachable(&showroom, "boss", "wang").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    browser.find("dialog#alert[open]").await?;
    browser.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.close().await?;
    showroom.finish().await
}
