//! 企业微信: the application and the group's robot.

use shared::wire::Purpose;

use super::*;
use crate::domain::floor::visit::CallReason;

const TAKEN: Says = Says::Json(r#"{"errcode":0,"errmsg":"ok","invaliduser":"","msgid":"x"}"#);

fn token(text: &'static str) -> Says {
    Says::Json(text)
}

const FIRST: &str = r#"{"errcode":0,"errmsg":"ok","access_token":"first/+","expires_in":7200}"#;
const SECOND: &str = r#"{"errcode":0,"errmsg":"ok","access_token":"second","expires_in":7200}"#;

fn wecom(receiver: &Receiver) -> Setup {
    let wecom = WecomSetup {
        api: Address::parse(&receiver.url("")).unwrap(),
        corp_id: "ww1".to_owned(),
        agent_id: 1_000_002,
        secret: "ge&heim".to_owned(),
        people: [(staff("wang"), "WangFang".to_owned())].into(),
    };
    Setup { wecom: Some(wecom), ..setup(Vec::new()) }
}

fn robot(receiver: &Receiver) -> Setup {
    let address = Address::parse(&receiver.url("/cgi-bin/webhook/send?key=k")).unwrap();
    Setup { robot: Some(RobotSetup { address }), ..setup(Vec::new()) }
}

#[tokio::test]
async fn a_card_goes_to_one_person_with_a_token_that_is_kept() {
    let mut api = Receiver::open(&[token(FIRST)], TAKEN).await;
    let mut house = House::open(wecom(&api)).ready().await;
    house.ring("chen", 7);
    house.ring("wang", 1);
    let asked = api.asked().await;
    assert_eq!(asked.method, "GET");
    assert_eq!(asked.target, "/cgi-bin/gettoken?corpid=ww1&corpsecret=ge%26heim");
    let asked = api.asked().await;
    assert_eq!((asked.method.as_str(), asked.header("content-type")), ("POST", "application/json"));
    assert_eq!(asked.target, "/cgi-bin/message/send?access_token=first%2F%2B");
    assert_eq!(
        asked.json(),
        serde_json::json!({
            "touser": "WangFang", "msgtype": "template_card", "agentid": 1_000_002,
            "template_card": {
                "card_type": "text_notice",
                "main_title": { "title": "有访客等您接待", "desc": "试驾 · 2 位 · 英文" },
                "card_action": { "type": 1, "url": format!("https://showroom.example/floor?alert={}", alert_id(1)) },
            },
            "enable_duplicate_check": 1, "duplicate_check_interval": 1800,
        }),
        "and nothing else: no name"
    );
    assert_eq!(house.report().await.command, Command::Hand(alert_id(1), Channel::Wecom));
    house.ring("wang", 2);
    assert!(api.asked().await.target.starts_with("/cgi-bin/message/send"), "the token is kept");
    house.close().await;
}

#[tokio::test]
async fn a_task_is_a_card_of_its_own() {
    let mut api = Receiver::open(&[token(FIRST)], TAKEN).await;
    let mut house = House::open(wecom(&api)).ready().await;
    house.push("wang", Pushed::Task(Task::Waiting { waiting: 2 }));
    api.asked().await;
    let card = api.asked().await.json()["template_card"].take();
    assert_eq!(card["main_title"], serde_json::json!({ "title": "访客等得太久", "desc": "2 位客人还没有人接" }));
    assert_eq!(card["card_action"]["url"], "https://showroom.example/floor");
    house.close().await;
}

#[tokio::test]
async fn a_token_that_is_refused_is_asked_for_anew() {
    let over = Says::Json(r#"{"errcode":42001,"errmsg":"access_token expired"}"#);
    let mut api = Receiver::open(&[token(FIRST), over, token(SECOND)], TAKEN).await;
    let mut house = House::open(wecom(&api)).ready().await;
    house.ring("wang", 1);
    for target in ["gettoken", "access_token=first", "gettoken", "access_token=second"] {
        let asked = api.asked().await.target;
        assert!(asked.contains(target), "{asked}");
    }
    house.record(1, Channel::Wecom, "handed", None, None).await;
    house.close().await;
}

/// Kept until five minutes before its end: one that lives no longer than that is used once.
#[tokio::test]
async fn a_token_near_its_end_is_asked_for_anew() {
    let short = Says::Json(r#"{"errcode":0,"errmsg":"ok","access_token":"short","expires_in":300}"#);
    let long = Says::Json(r#"{"errcode":0,"errmsg":"ok","access_token":"long","expires_in":600}"#);
    let mut api = Receiver::open(&[short, TAKEN, long], TAKEN).await;
    let mut house = House::open(wecom(&api)).ready().await;
    for (visit, targets) in [
        (1, &["gettoken", "access_token=short"][..]),
        (2, &["gettoken", "access_token=long"]),
        (3, &["access_token=long"]),
    ] {
        house.ring("wang", visit);
        for target in targets {
            let asked = api.asked().await.target;
            assert!(asked.contains(target), "{visit}: {asked}");
        }
    }
    house.close().await;
}

#[tokio::test]
async fn what_wecom_refuses_fails_with_its_code() {
    let nobody = Says::Json(r#"{"errcode":0,"errmsg":"ok","invaliduser":"wangfang"}"#);
    let forbidden = Says::Json(r#"{"errcode":60020,"errmsg":"not allow to access from your ip"}"#);
    let busy = Says::Json(r#"{"errcode":-1,"errmsg":"system busy"}"#);
    let mut api = Receiver::open(&[token(FIRST), nobody, forbidden, busy], TAKEN).await;
    let mut house = House::open(wecom(&api)).ready().await;
    for (visit, code) in [(1, 81013), (2, 60020)] {
        house.ring("wang", visit);
        house.record(visit, Channel::Wecom, "failed", Some("answered"), Some(code)).await;
    }
    house.ring("wang", 3);
    house.record(3, Channel::Wecom, "handed", None, None).await;
    let asked = [api.asked().await, api.asked().await, api.asked().await, api.asked().await, api.asked().await];
    assert!(asked[3].target.contains("message/send") && asked[4].target.contains("message/send"), "busy: once more");
    house.close().await;
}

#[tokio::test]
async fn the_groups_robot_tells_of_each_visitor_once() {
    let mut group = Receiver::open(&[], TAKEN).await;
    let mut house = House::open(robot(&group)).ready().await;
    house.ring("wang", 1);
    let asked = group.asked().await;
    assert_eq!(asked.target, "/cgi-bin/webhook/send?key=k");
    let text = |content: &str| serde_json::json!({ "msgtype": "text", "text": { "content": content } });
    assert_eq!(asked.json(), text("有访客等候：试驾 · 2 位 · 英文\nhttps://showroom.example/floor"));
    // A second person is asked about the same visitor: no second bell. Then one for whom nobody is free.
    let mut second = alert(1);
    second.alert.ordinal = 2;
    second.purpose = Purpose::Browse;
    house.push("chen", Pushed::Alert(Box::new(second)));
    let receive = Task::Receive { visit: alert_id(2).visit, reason: CallReason::NobodyFree };
    house.push("rec", Pushed::Task(receive.clone()));
    house.push("rec2", Pushed::Task(receive));
    assert_eq!(group.asked().await.json(), text("有访客等候前台接待\nhttps://showroom.example/floor"));
    house.over("wang", 2);
    house.hub.try_channels(&staff("li"));
    until(|| !house.paged.lock().unwrap().is_empty()).await;
    assert!(group.nothing_more());
    house.close().await;
}
