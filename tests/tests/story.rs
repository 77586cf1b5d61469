//! The main job with nothing in place of anything: a finger on the kiosk's real window, a consultant's page in a real browser, the
//! manager's page in another, and the export at the end. Leaves pictures in `target/screenshots`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tests::wait;
use tests::world::{ALL_DAYS, Browser, Role, Screen, Setup, Showroom, parse_csv, reachable, sign_in, spot};

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
    wait::until_async("the welcome page", || async { screen.code("story-1-welcome") }).await?;
    screen.begin("story-2-purpose")?;
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
    let called = std::fs::read(screen.picture("story-3-calling")?)?;

    phone.find("#alert-accept").await?.click().await?;
    screen.changed("story-4-coming", &called).await.context("the kiosk says who is coming")?;
    let coming = std::fs::read(screen.picture("story-4-coming")?)?;
    desk.says("王芳").await.context("the manager sees who serves")?;
    phone.press("已见到客人").await?;
    screen.changed("story-5-greeted", &coming).await?;
    phone.press("结束接待").await?;
    phone.find("dialog#sheet[open]").await?;
    phone.press("有意向").await?;
    desk.says("有意向").await.context("the outcome, without reloading the page")?;
    desk.picture("story-6-manage").await?;

    let (from, to) = ALL_DAYS;
    let visits = parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)?;
    let [row] = visits.rows.as_slice() else { anyhow::bail!("one visitor came: {:?}", visits.rows) };
    let cells = ["kiosk", "consultant", "outcome", "greeted_source"].map(|column| row[column].as_str());
    ensure!(cells == ["entrance", "wang", "interested", "consultant"], "{row:?}");
    for column in ["phone_ms", "shown_ms", "accepted_ms", "greeted_ms"] {
        let time: i64 = row[column].parse().with_context(|| format!("{column} of {row:?}"))?;
        ensure!(time >= 0, "{column} is before the tap: {row:?}");
    }
    ensure!(kiosk.stop().await?.success(), "{}", kiosk.err.tail());
    phone.close().await?;
    desk.close().await?;
    showroom.finish().await
}
