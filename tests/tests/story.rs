//! The main job with nothing in place of anything: a finger on the kiosk's real window, a consultant's page in a real browser, the
//! visitor's own phone that follows the code on the screen, the manager's page in another, and the export by that page at the end.
//! Leaves pictures in `target/screenshots`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tests::wait;
use tests::world::{ALL_DAYS, Browser, Role, Screen, Setup, Showroom, parse_csv, reachable, sign_in, spot};

/// What the export's button does, by the page's own form and session.
const FETCH_EXPORT: &str = "const done = arguments[arguments.length - 1]; const form = document.querySelector('#export'); \
                            fetch(form.action + '?' + new URLSearchParams(new FormData(form))) \
                            .then(r => r.ok ? r.text() : Promise.reject(r.status)).then(done, e => done(String(e)))";

/// The visitor fills in the page behind the code, and sends it.
async fn registers(visitor: &Browser) -> Result<()> {
    visitor.find("input[name=name]").await?.send_keys("诸葛").await?;
    visitor.find("input[name=phone]").await?.send_keys("138 0013 8000").await?;
    visitor.press("同意就我的问题联系我").await?;
    visitor.picture("story-5-visitor-filled").await?;
    visitor.press("提交").await?;
    visitor.says("谢谢您").await?;
    visitor.picture("story-6-visitor-thanks").await?;
    Ok(())
}

#[tokio::test]
async fn a_tap_at_the_door_reaches_the_page_of_a_consultant_is_logged_and_can_be_exported() -> Result<()> {
    let config = "[web]\nvisitor_listen = \"127.0.0.1:0\"\n".to_owned();
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    showroom.hire("lin", Role::Manager, &["--display", "林悦"])?;
    let credentials = showroom.register("entrance", "kiosk")?;

    let phone = Browser::open(360, 780, None).await?;
    sign_in(&phone, &showroom, "wang", "/floor").await?;
    phone.find("#presence [data-presence=free]").await?.click().await?;
    reachable(&showroom, "lin", "wang").await?;
    let desk = Browser::open(1280, 900, None).await?;
    sign_in(&desk, &showroom, "lin", "/manage").await?;
    desk.says("今天还没有客人到店").await?;

    let screen = Screen::start(1920, 1080).await?;
    let mut kiosk = screen.kiosk(&showroom, &credentials).await?;
    let link = wait::until_async("the welcome page", || async { screen.code("story-1-welcome") }).await?;
    screen.settled("story-1-welcome").await?;
    let visitor = Browser::open(360, 780, None).await?;
    visitor.go(&link).await.context("the link that was read from the screen")?;
    visitor.find("input[name=phone]").await?;
    ensure!(!visitor.sticks_out().await?, "the visitor's page is wider than a phone");
    visitor.picture("story-2-visitor").await?;
    screen.begin("story-2-purpose")?;
    screen.settled("story-2-purpose").await?;
    // A tap right after the page came may not count; another one on the page that follows changes nothing.
    let mut rung = false;
    for _ in 0..5 {
        screen.tap(spot::purpose(0))?;
        let alert = tokio::time::timeout(Duration::from_secs(5), phone.find("dialog#alert[open]"));
        rung = matches!(alert.await, Ok(Ok(_)));
        if rung {
            break;
        }
    }
    ensure!(rung, "the tap reached nobody; see story-2-purpose.png");
    phone.says("看车").await.context("what the visitor tapped")?;
    phone.picture("story-3-alert").await?;
    let called = screen.settled("story-3-calling").await?;

    phone.find("#alert-accept").await?.click().await?;
    screen.changed("story-4-coming", &called).await.context("the kiosk says who is coming")?;
    registers(&visitor).await.context("the visitor's own phone")?;
    for said in ["诸葛", "138****8000", "显示号码"] {
        phone.says(said).await.context("what the visitor sent, on the page of whoever serves")?;
    }
    phone.picture("story-7-served").await?;
    let coming = screen.settled("story-4-coming").await?;
    desk.says("王芳").await.context("the manager sees who serves")?;
    phone.press("已见到客人").await?;
    screen.changed("story-8-greeted", &coming).await?;
    phone.press("结束接待").await?;
    phone.find("dialog#sheet[open]").await?;
    phone.press("有意向").await?;
    desk.says("有意向").await.context("the outcome, without reloading the page")?;
    desk.picture("story-9-manage").await?;

    let csv = desk.client().execute_async(FETCH_EXPORT, Vec::new()).await?;
    let csv = csv.as_str().context("the file that the page's button gives")?.trim_start_matches('\u{FEFF}').to_owned();
    let visits = parse_csv(csv.as_bytes()).with_context(|| csv.clone())?;
    let [row] = visits.rows.as_slice() else { anyhow::bail!("one visitor came: {:?}", visits.rows) };
    let cells = ["kiosk", "consultant", "outcome", "greeted_source"].map(|column| row[column].as_str());
    ensure!(cells == ["entrance", "wang", "interested", "consultant"], "{row:?}");
    for column in ["phone_ms", "shown_ms", "accepted_ms", "greeted_ms"] {
        let time: i64 = row[column].parse().with_context(|| format!("{column} of {row:?}"))?;
        ensure!(time >= 0, "{column} is before the tap: {row:?}");
    }
    let (from, to) = ALL_DAYS;
    let by_command = showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?;
    ensure!(parse_csv(&by_command)?.rows == visits.rows, "page and command line export the same: {csv}");

    desk.go(&format!("{}/manage/leads", showroom.gateway().http())).await?;
    for said in ["诸**", "138****8000"] {
        desk.says(said).await.context("the interest in the manager's list")?;
    }
    let list = desk.text().await?;
    ensure!(!list.contains("13800138000") && !list.contains("诸葛"), "masked until somebody asks for it");
    desk.picture("story-10-leads").await?;
    ensure!(kiosk.stop().await?.success(), "{}", kiosk.err.tail());
    visitor.close().await?;
    phone.close().await?;
    desk.close().await?;
    showroom.finish().await
}
