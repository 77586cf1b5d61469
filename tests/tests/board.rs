//! The wall display in real browsers: what it says while a visit goes its way, what visitors may see of it, and how it comes back
//! by itself. Leaves pictures in `target/screenshots`.

use anyhow::{Context, Result};
use serde_json::json;
use tests::wait;
use tests::world::{Browser, PASSWORD, Role, Showroom, sign_in};

const WALL: (u32, u32) = (1920, 1080);
const PHONE: (u32, u32) = (360, 780);
/// Counts the tones that the page plays from now on.
const LISTEN: &str = "window.tones = 0; const make = AudioContext.prototype.createOscillator; \
                      AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };";

async fn showroom() -> Result<Showroom> {
    let showroom = Showroom::start().await?;
    showroom.hire("lin", Role::Manager, &[])?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    Ok(showroom)
}

async fn open(showroom: &Showroom, size: (u32, u32), page: &str) -> Result<Browser> {
    let browser = Browser::open(size.0, size.1, None).await?;
    sign_in(&browser, showroom, "lin", page).await?;
    browser.find("body[data-standing=live]").await?;
    Ok(browser)
}

/// Waits until a part of the page says exactly this.
async fn shows(browser: &Browser, css: &str, text: &str) -> Result<()> {
    let script = "return document.querySelector(arguments[0])?.textContent ?? null";
    wait::until_async(&format!("{css} to show {text}"), || async {
        let shown = browser.client().execute(script, vec![json!(css)]).await?;
        Ok((shown.as_str() == Some(text)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_visit_goes_over_the_wall_from_waiting_to_its_end() -> Result<()> {
    let showroom = showroom().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let (board, public) = (open(&showroom, WALL, "/board").await?, open(&showroom, WALL, "/board/public").await?);
    board.says("还没有顾问在岗").await?;
    board.says("现在没有人等候").await?;
    shows(&board, "#accepted", "–").await.context("nothing to count is no share")?;
    board.picture("board-empty").await?;
    board.client().execute(LISTEN, Vec::new()).await?;
    board.find("#waits-title").await?.click().await?;
    wait::until_async("the sound to be allowed", || async {
        Ok(board
            .client()
            .execute("return document.getElementById('sound').hidden", Vec::new())
            .await?
            .as_bool()
            .filter(|hidden| *hidden))
    })
    .await?;

    let wang = showroom.phone("wang").await?;
    board.find("#people .free").await?;
    shows(&board, "#free", "1").await?;
    let tap = kiosk.check_in("test_drive", &json!({"party": 2})).await?;
    board.find("#waits li").await?;
    board.says("正在呼叫 王芳").await?;
    shows(&public, "#waiting", "1").await?;
    public.says("请稍候，正在为您请顾问").await?;
    public.picture("board-public").await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.accept(&alert).await?;
    board.find("#waits-empty").await?;
    board.says("正在过去 · 试驾").await?;
    wang.greeted(tap.visit).await?;
    board.says("接待中 · 试驾").await?;
    shows(&board, "#accepted", "100%").await.context("today's shares come by themselves")?;
    shows(&board, "#visits", "1").await?;

    // Nobody is free: the ten seconds break.
    let waiting = kiosk.check_in("collect", &json!({})).await?;
    board.find("#waits .breach").await?;
    board.says("1 位超过 10 秒").await?;
    wait::until_async("the chime", || async {
        Ok(board.client().execute("return window.tones", Vec::new()).await?.as_i64().filter(|tones| *tones > 0))
    })
    .await?;
    board.picture("board-breach").await?;
    public.says("请先就座").await?;
    let seen = public.text().await?;
    assert!(!["王芳", "%", "秒", "试驾"].iter().any(|private| seen.contains(private)), "visitors read: {seen}");
    wang.end(tap.visit, "interested").await?;
    let alert = wang.alert_for(waiting.visit).await?;
    wang.serve(&alert, "served").await?;
    board.find("#waits-empty").await?;
    board.find("#people .free").await?;
    shows(&board, "#accepted", "50%").await?;
    let manage = Browser::open(WALL.0, WALL.1, None).await?;
    sign_in(&manage, &showroom, "lin", "/manage").await?;
    manage.says("后才接单").await.context("what is true of it now")?;
    manage.picture("manage-accepted-late").await?;
    manage.resize(PHONE).await?;
    assert!(!manage.sticks_out().await?, "the page is wider than a phone");
    manage.picture("manage-accepted-late-phone").await?;
    manage.close().await?;
    board.close().await?;
    public.close().await?;
    showroom.finish().await
}

/// How long somebody waits is read without doing sums, on the wall and on the manager's page, in both languages.
#[tokio::test]
async fn a_long_wait_is_read_in_minutes_and_seconds() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let board = open(&showroom, WALL, "/board").await?;
    let manage = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&manage, &showroom, "lin", "/manage").await?;
    let tap = kiosk.check_in("test_drive", &json!({"party": 2})).await?;
    board.find("#waits li").await?;
    shows(&board, "#accepted", "–").await.context("whoever can still be met in time is no share yet")?;
    for (seconds, zh, en) in [(75, "1 分 ", "1 min "), (680, "12 分 ", "12 min ")] {
        showroom.advance(seconds).await?;
        board.find("#waits .breach").await?;
        for (language, words) in [("zh", zh), ("en", en)] {
            board.go(&format!("{}/board?lang={language}", showroom.gateway().http())).await?;
            board.find("body[data-standing=live]").await?;
            board.says(words).await?;
            board.picture(&format!("board-waits-{seconds}-{language}")).await?;
            manage.go(&format!("{}/manage?lang={language}", showroom.gateway().http())).await?;
            manage.says(words).await?;
            assert!(!manage.sticks_out().await?, "the page is wider than a phone");
            manage.picture(&format!("manage-waits-{seconds}-{language}")).await?;
        }
    }
    kiosk.tell("visit.left", &json!({"visit": tap.visit})).await?;
    board.find("#waits-empty").await?;
    board.close().await?;
    manage.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_wall_says_how_old_it_is_and_comes_back_by_itself() -> Result<()> {
    let mut showroom = showroom().await?;
    let (board, public) = (open(&showroom, WALL, "/board").await?, open(&showroom, PHONE, "/board/public").await?);
    assert!(!public.sticks_out().await?, "the visitors' screen is wider than a phone");
    showroom.gateway_mut().kill().await?;
    board.find("body[data-standing=stale]").await?;
    board.says("最后更新").await?;
    board.picture("board-stale").await?;
    public.says("请询问前台").await.context("an old figure sends nobody anywhere")?;
    public.picture("board-public-stale-phone").await?;
    showroom.start_again().await?;
    board.find("body[data-standing=live]").await.context("the wall comes back by itself")?;
    public.find("body[data-standing=live]").await?;
    // What came back is the gateway of now, not a picture of the one before.
    let wang = showroom.phone("wang").await?;
    shows(&board, "#free", "1").await?;
    shows(&public, "#free", "1").await?;
    drop(wang);

    // Signed out, it says what to do, and goes on where it was.
    board.client().execute("fetch('/api/v1/sessions', { method: 'DELETE' })", Vec::new()).await?;
    board.says("登录已过期").await?;
    board.picture("board-out").await?;
    board.press("重新登录").await?;
    board.find("input[name=account]").await?.send_keys("lin").await?;
    board.find("input[name=password]").await?.send_keys(PASSWORD).await?;
    board.find("button[type=submit]").await?.click().await?;
    board.find("body[data-standing=live]").await?;
    board.says("王芳").await?;
    board.close().await?;
    public.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn whoever_oversees_the_floor_finds_the_wall_and_reads_it_on_a_phone() -> Result<()> {
    let showroom = showroom().await?;
    let wang = showroom.phone("wang").await?;
    let phone = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&phone, &showroom, "lin", "/manage").await?;
    phone.press("展厅看板").await?;
    phone.says("王芳").await?;
    assert!(!phone.sticks_out().await?, "the board is wider than a phone");
    phone.picture("board-phone").await?;
    sign_in(&phone, &showroom, "lin", "/floor").await?;
    phone.press("展厅看板").await?;
    phone.press("访客屏").await?;
    phone.says("顾问空闲").await?;
    assert!(!phone.text().await?.contains("王芳"));
    assert!(wang.take_alerts().is_empty());
    phone.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_full_house_fits_on_the_wall_and_on_a_phone() -> Result<()> {
    let showroom = showroom().await?;
    let mut phones = vec![showroom.phone("wang").await?];
    for (number, name) in "赵钱孙李周吴郑冯陈褚卫蒋沈".chars().enumerate() {
        let (account, name) = (format!("c{number:02}"), format!("{name}晓明"));
        showroom.hire(&account, Role::Consultant, &["--display", &name])?;
        phones.push(showroom.phone(&account).await?);
    }
    let kiosk = showroom.kiosk("k1").await?;
    let (board, phone) = (open(&showroom, WALL, "/board").await?, open(&showroom, PHONE, "/board").await?);
    for number in 0..10_u8 {
        let visit = kiosk.check_in("browse", &json!({"party": 1 + number % 4})).await?.visit;
        let (asked, alert) = wait::until("somebody to be asked", || {
            phones.iter().find_map(|phone| Some((phone, phone.take_alerts().into_iter().find(|a| a.visit == visit)?)))
        })
        .await?;
        asked.accept(&alert).await?;
    }
    for phone in phones.iter().skip(11) {
        phone.session().presence("break").await?;
    }
    for page in [&board, &phone] {
        shows(page, "#busy", "10").await?;
        assert!(!page.sticks_out().await?, "wider than the window");
    }
    board.picture("board-full").await?;
    phone.picture("board-full-phone").await?;
    let tall = "return document.documentElement.scrollHeight > window.innerHeight + 1";
    assert_eq!(board.client().execute(tall, Vec::new()).await?, json!(false), "nobody scrolls on a wall");
    for phone in &phones {
        drop(phone.take_alerts());
    }
    board.close().await?;
    phone.close().await?;
    showroom.finish().await
}

/// A wall that was opened with the pages of an older gateway.
#[tokio::test]
async fn a_wall_loads_the_pages_of_a_newer_gateway_by_itself() -> Result<()> {
    let showroom = showroom().await?;
    let board = open(&showroom, WALL, "/board").await?;
    board.client().execute("window.old = true; document.body.dataset.edition = 'old'", Vec::new()).await?;
    wait::until_async("the page to be loaded anew", || async {
        let old = board.client().execute("return window.old === true", Vec::new()).await;
        Ok(old.ok().and_then(|old| old.as_bool()).filter(|old| !old).map(|_| ()))
    })
    .await?;
    board.find("body[data-standing=live]").await?;
    board.close().await?;
    showroom.finish().await
}
