//! Pages without a browser: what stands in them, and that the visitor's form works by itself.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use shared::clock::{Clock as _, SystemClock};
use shared::qr::{Token, TokenKind};

use super::room::{PASSWORD, QR_KEY, Reply, Room, ask};
use crate::demo::DemoClock;
use crate::domain::{Command, Refusal};
use crate::runtime::{FloorSnapshot, SubmitError};

const WECHAT: &str = "user-agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.44(0x18002c2d) NetType/WIFI Language/zh_CN\r\naccept-language: zh-CN,zh-Hans;q=0.9\r\n";

fn code(kind: TokenKind, age_s: i64) -> String {
    let issued_at = SystemClock.now() - TimeDelta::seconds(age_s);
    Token { kind, issued_at, nonce: [9; 6], place: "k1".parse().unwrap() }.sign(&QR_KEY)
}

fn ticket(page: &Reply) -> String {
    let (_, after) = page.body.split_once("name=\"ticket\" value=\"").expect("a ticket");
    after.split('"').next().unwrap().to_owned()
}

async fn open(room: &Room, code: &str) -> Reply {
    ask(room.visitors, "GET", &format!("/i/{code}"), WECHAT, "").await
}

async fn send(room: &Room, code: &str, fields: &str) -> Reply {
    ask(room.visitors, "POST", &format!("/i/{code}"), WECHAT, fields).await
}

#[tokio::test]
async fn no_page_has_inline_script_or_style_and_all_forbid_them() {
    let room = Room::open().await;
    let (kiosk, cookie) = (code(TokenKind::Kiosk, 0), format!("cookie: yingbin={}\r\n", room.token("zhao")));
    for path in [
        "/sign-in",
        "/floor",
        "/manage",
        "/manage/today",
        "/manage/leads",
        "/manage/audit",
        "/manage/owners",
        "/customers",
        "/manage/kiosks",
        "/board",
        "/board/public",
        "/nothing",
        &format!("/i/{kiosk}"),
    ] {
        let page = ask(room.addr, "GET", path, &cookie, "").await;
        assert!(page.status == 200 || path == "/nothing", "{path} {page:?}");
        for inline in ["<script>", "style=", "onclick=", "<style"] {
            assert!(!page.body.contains(inline), "{path} has {inline}");
        }
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn pages_are_chinese_first_and_english_once_chosen() {
    let room = Room::open().await;
    let page = ask(room.addr, "GET", "/sign-in", "", "").await;
    assert!(page.body.contains("lang=\"zh-Hans\"") && page.body.contains("登录"));
    let page = ask(room.addr, "GET", "/sign-in?lang=en", "", "").await;
    assert!(page.body.contains("lang=\"en\"") && page.body.contains("Sign in"));
    assert!(page.header("set-cookie").unwrap().starts_with("lang=en;"), "{page:?}");
    assert!(ask(room.addr, "GET", "/sign-in", "cookie: lang=en\r\n", "").await.body.contains("Sign in"));
}

#[tokio::test]
async fn the_form_signs_in_without_scripts() {
    let room = Room::open().await;
    let origin = format!("origin: http://{}\r\n", room.addr);
    let wrong = ask(room.addr, "POST", "/sign-in", &origin, "account=wang&password=wrong+horse").await;
    assert!(wrong.status == 401 && wrong.body.contains("role=\"alert\"") && wrong.body.contains("value=\"wang\""));
    let fields = format!("account=Wang&password={}", PASSWORD.replace(' ', "+"));
    let right = ask(room.addr, "POST", "/sign-in", &origin, &fields).await;
    assert_eq!((right.status, right.header("location")), (303, Some("/")));
    let cookie = format!("cookie: {}\r\n", right.header("set-cookie").unwrap().split(';').next().unwrap());
    assert_eq!(ask(room.addr, "GET", "/", &cookie, "").await.header("location"), Some("/floor"));
    let refused = ask(room.addr, "GET", "/manage", &cookie, "").await;
    assert!(refused.status == 403 && refused.body.contains("<h1>"), "{refused:?}");
    let out = ask(room.addr, "POST", "/sign-out", &format!("{cookie}{origin}"), "").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/sign-in")));
    assert_eq!(ask(room.addr, "GET", "/floor", &cookie, "").await.header("location"), Some("/sign-in?to=/floor"));
}

#[tokio::test]
async fn signing_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else() {
    let room = Room::open().await;
    let origin = format!("origin: http://{}\r\n", room.addr);
    let password = PASSWORD.replace(' ', "+");
    // Who, what they asked for, whether the form keeps it, where they land.
    for (account, to, kept, lands) in [
        ("wang", "/board", true, "/board"),
        ("wang", "/board/public", true, "/board/public"),
        ("wang", "/appointments", true, "/appointments"),
        ("zhao", "/manage/leads", true, "/manage/leads"),
        // Not theirs: their own page, and no refusal as a greeting.
        ("wang", "/manage/leads", true, "/"),
        // A part of a page, other methods, other houses.
        ("zhao", "/manage/today", false, "/"),
        ("zhao", "/sign-out", false, "/"),
        ("zhao", "/api/v1/leads", false, "/"),
        ("zhao", "//evil.example", false, "/"),
        ("zhao", "", false, "/"),
    ] {
        let form = ask(room.addr, "GET", &format!("/sign-in?to={to}"), "", "").await;
        assert_eq!(form.body.contains("name=\"to\""), kept, "{to}");
        // The other language keeps it too; askama writes & as &#38;.
        assert_eq!(form.body.contains(&format!("lang=en&#38;to={to}\"")), kept, "{to} {}", form.body);
        let fields = format!("account={account}&to={to}&password={password}");
        let reply = ask(room.addr, "POST", "/sign-in", &origin, &fields).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some(lands)), "{account} {to}");
    }
    let wrong = ask(room.addr, "POST", "/sign-in", &origin, "account=wang&to=/board&password=wrong").await;
    assert!(wrong.body.contains("value=\"/board\""), "a wrong password does not forget the page: {wrong:?}");
    let shown = ask(room.addr, "GET", "/manage/leads", "", "").await;
    assert_eq!((shown.status, shown.header("location")), (303, Some("/sign-in?to=/manage/leads")));
    let part = ask(room.addr, "GET", "/manage/today", "", "").await;
    assert_eq!((part.status, part.header("location")), (303, Some("/sign-in")));
}

#[tokio::test]
async fn a_visitor_fills_in_what_they_like_and_submits_once() {
    let room = Room::open().await;
    let code = code(TokenKind::Kiosk, 60);
    let page = open(&room, &code).await;
    assert!(page.status == 200 && page.body.contains("星河 X1") && page.body.contains("全文"), "{page:?}");
    assert!(!page.body.contains("checked"), "nothing is ticked beforehand");
    let fields = format!(
        "ticket={}&models=x1&when=month&name=%E7%8E%8B&title=mr&phone=13800138000&consents=contact",
        ticket(&page)
    );
    let thanks = send(&room, &code, &fields).await;
    assert!(thanks.status == 200 && thanks.body.contains("class=\"seal\""), "{thanks:?}");
    assert_eq!(send(&room, &code, &fields).await.status, 200);
    let submitted = room.submitted();
    assert_eq!(submitted[0].cause, submitted[1].cause, "twice is one submission");
    let (Command::RegisterInterest(first), Command::RegisterInterest(again)) =
        (&submitted[0].command, &submitted[1].command)
    else {
        panic!("no interest")
    };
    assert_eq!(first, again);
    assert_eq!(first.consents[0].wording, "v3");
    assert_eq!(first.contact.name.as_ref().unwrap().reveal(), "王");
    assert_eq!(first.nonce.as_deref(), Some("090909090909"));
}

#[tokio::test]
async fn a_wrong_number_is_shown_beside_its_field_with_everything_kept() {
    let room = Room::open().await;
    let code = code(TokenKind::Kiosk, 0);
    let page = open(&room, &code).await;
    let fields = format!("ticket={}&models=s7&budget=to40&name=Li&phone=138", ticket(&page));
    let again = send(&room, &code, &fields).await;
    assert_eq!(again.status, 422);
    for kept in
        ["value=\"138\"", "value=\"Li\"", "id=\"phone-fault\"", "value=\"s7\" checked", "value=\"to40\" checked"]
    {
        assert!(again.body.contains(kept), "{kept}: {}", again.body);
    }
    assert_eq!(ticket(&again), ticket(&page), "the open page stays the same page");
    assert!(room.submitted().is_empty());
    let long = format!("ticket={}&name={}", ticket(&page), "a".repeat(41));
    assert_eq!(send(&room, &code, &long).await.status, 422);
    room.counted(&[("bad_phone", 1), ("bad_body", 1)]).await;
}

#[tokio::test]
async fn codes_that_are_old_used_or_foreign_open_no_page() {
    let room = Room::open().await;
    for (code, status) in [(code(TokenKind::Kiosk, 126), 410), ("nonsense".to_owned(), 404)] {
        let page = open(&room, &code).await;
        assert!(page.status == status && page.body.contains("<h1>"), "{page:?}");
    }
    let good = code(TokenKind::Kiosk, 0);
    let before = open(&room, &good).await;
    room.spent.send_replace(std::sync::Arc::new(["090909090909".to_owned()].into()));
    assert_eq!(open(&room, &good).await.status, 410, "a used code opens no new page");
    let thanks = send(&room, &good, &format!("ticket={}", ticket(&before))).await;
    assert_eq!(thanks.status, 200, "a page that was open already may submit");
    assert_eq!(send(&room, &good, "ticket=forged").await.status, 404);
    assert_eq!(open(&room, &code(TokenKind::Printed, 86_400)).await.status, 200);
    assert_eq!(send(&room, &good, "{}").await.status, 400, "not a form");
    assert_eq!(ask(room.visitors, "GET", "/elsewhere", WECHAT, "").await.status, 404);
    room.counted(&[("code_expired", 1), ("code_spent", 1), ("code_forged", 2), ("bad_body", 1), ("not_found", 1)])
        .await;
}

#[tokio::test]
async fn a_page_that_stayed_open_too_long_is_refused_and_counted() {
    let clock = Arc::new(DemoClock::new(1));
    let given = Arc::clone(&clock);
    let room = Room::open_with(|parts| parts.clock = given).await;
    let code = code(TokenKind::Printed, 0);
    let page = open(&room, &code).await;
    clock.advance(Duration::from_mins(31));
    assert_eq!(send(&room, &code, &format!("ticket={}", ticket(&page))).await.status, 410);
    room.counted(&[("code_expired", 1)]).await;
}

#[tokio::test]
async fn what_a_page_refuses_to_staff_is_counted_too() {
    let room = Room::open().await;
    let cookie = format!("cookie: yingbin={}\r\n", room.token("wang"));
    assert_eq!(ask(room.addr, "GET", "/manage", &cookie, "").await.status, 403);
    assert_eq!(ask(room.addr, "GET", "/nothing", &cookie, "").await.status, 404);
    let origin = format!("origin: http://{}\r\n", room.addr);
    assert_eq!(ask(room.addr, "POST", "/sign-in", &origin, "account=wang&password=wrong").await.status, 401);
    room.counted(&[("not_allowed", 1), ("not_found", 1), ("wrong_password", 1)]).await;
}

#[tokio::test]
async fn what_could_not_be_sent_is_kept_and_what_was_sent_before_is_said() {
    let room = Room::open().await;
    let code = code(TokenKind::Kiosk, 0);
    let page = open(&room, &code).await;
    let fields = format!("ticket={}&name=Li", ticket(&page));
    *room.answer.lock().unwrap() = Err(SubmitError::Full);
    let again = send(&room, &code, &fields).await;
    assert!(again.status == 503 && again.body.contains("value=\"Li\""), "{again:?}");
    *room.answer.lock().unwrap() = Err(SubmitError::Refused(Refusal::IdConflict));
    let told = send(&room, &code, &fields).await;
    assert!(told.status == 409 && told.body.contains("先前"), "{told:?}");
    room.counted(&[("busy", 1), ("id_conflict", 1)]).await;
}

#[tokio::test]
async fn files_are_asked_for_once() {
    let room = Room::open().await;
    let file = ask(room.addr, "GET", "/assets/floor.js", "", "").await;
    assert_eq!(file.header("content-type"), Some("text/javascript; charset=utf-8"));
    let known = format!("if-none-match: {}\r\n", file.header("etag").unwrap());
    let again = ask(room.addr, "GET", "/assets/floor.js", &known, "").await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert!(ask(room.addr, "GET", "/assets/words-zh.js", "", "").await.body.starts_with("export default {"));
    assert_eq!(ask(room.addr, "GET", "/assets/..%2fCargo.toml", "", "").await.status, 404);
}

#[tokio::test]
async fn the_manager_is_told_why_visitors_phones_reach_nothing() {
    let line =
        |page: &str| page.split_once("id=\"reach\">").map(|(_, rest)| rest.split('<').next().unwrap().to_owned());
    let fine = Room::open().await;
    assert_eq!(line(&fine.call("zhao", "GET", "/manage", "").await.body), None);
    let no_door = Room::open_as(|config| config.visitor_listen = None, |_| {}).await;
    let told = line(&no_door.call("zhao", "GET", "/manage", "").await.body).unwrap();
    assert!(told.contains("web.visitor_listen"), "{told}");
    // Nobody listens at this one: the port was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let silent = format!("http://127.0.0.1:{port}");
    let foreign = format!("http://{}", somebody_else().await);
    let own = format!("http://{}", fine.visitors);
    for (url, expect) in [(silent, Some("打不开")), (foreign, Some("不是这台网关")), (own, None)] {
        let room = Room::open_as(|config| config.public_url = Some(url.clone()), |_| {}).await;
        let mut tries = 0;
        let told = loop {
            let told = line(&room.call("zhao", "GET", "/manage/today", "").await.body);
            tries += 1;
            if told.is_some() || tries > 20 {
                break told;
            }
        };
        match expect {
            Some(words) => {
                assert!(told.as_ref().is_some_and(|told| told.contains(words) && told.contains(&url)), "{told:?}");
            }
            None => assert_eq!(told, None, "{url}"),
        }
    }
}

#[tokio::test]
async fn the_manager_is_asked_about_a_doubted_clock_while_it_erases_nobody() {
    let room = Room::open().await;
    for (until, told) in [(TimeDelta::days(3), true), (TimeDelta::days(-3), false)] {
        let clock_doubted = Some(SystemClock.now() + until);
        room.floor.send_replace(Arc::new(FloorSnapshot { clock_doubted, ..FloorSnapshot::default() }));
        // The page follows the floor in a task of its own.
        let shown = async {
            loop {
                let page = room.call("zhao", "GET", "/manage/today", "").await.body;
                if page.contains("id=\"clock\"") == told {
                    return page;
                }
            }
        };
        let page = tokio::time::timeout(Duration::from_mins(1), shown).await.expect("the page follows the floor");
        assert!(!page.contains("{until}") && !page.contains("{today}"), "{page}");
    }
}

/// Something that speaks HTTP and is no gateway.
async fn somebody_else() -> std::net::SocketAddr {
    use tokio::io::AsyncWriteExt as _;
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = door.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = door.accept().await {
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi").await.ok();
        }
    });
    addr
}
