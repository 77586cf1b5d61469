//! Whose something is: every address of the API that names a thing, as its owner, as a colleague, and as those who oversee the floor.
//!
//! Roles alone are gone through in the gateway's own tests (every route × every role); whose a thing is only the running engine knows.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::wire::Stage;
use tests::wait;
use tests::world::{ALL_DAYS, Phone, Role, Session, Setup, Showroom, problem};

/// Who is let in beside the thing's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Whoever oversees the floor: reception, manager, admin. Colleagues are told that it is not theirs.
    Overseen,
    /// Whoever leads: manager, admin. To others it is not theirs, also to reception.
    Led,
    /// Nobody: to everybody else there is no such thing.
    Personal,
    /// Whoever leads. A colleague who did not say it cannot take it back, and other roles have no part in it.
    Ruled,
}

/// Method, address, body, and whose it is, in an order in which each can happen after the one before.
fn addresses() -> Vec<(Method, &'static str, Value, Whose)> {
    use Whose::{Led, Overseen, Personal, Ruled};
    let agreed = json!({"date": "{date}", "time": "23:40", "consultant": "li", "matter": "talk", "name": "张"});
    vec![
        (Method::POST, "/api/v1/alerts/{alert}/shown", Value::Null, Personal),
        (Method::POST, "/api/v1/alerts/{alert}/accept", Value::Null, Personal),
        // Too late by then, and hers all the same.
        (Method::POST, "/api/v1/alerts/{alert}/pass", json!({"reason": "busy"}), Personal),
        (Method::POST, "/api/v1/visits/{visit}/greeted", Value::Null, Overseen),
        (Method::POST, "/api/v1/visits/{visit}/answers", json!({"question": "body", "answer": "suv"}), Overseen),
        (Method::POST, "/api/v1/visits/{visit}/note", json!({"text": "蓝色"}), Overseen),
        (Method::POST, "/api/v1/visits/{visit}/correct", json!({"party": 3}), Overseen),
        (Method::POST, "/api/v1/visits/{visit}/hand-over", json!({"to": "wang"}), Overseen),
        (Method::POST, "/api/v1/visits/{visit}/second", json!({"to": "wang"}), Overseen),
        (Method::POST, "/api/v1/visits/{visit}/recall", Value::Null, Overseen),
        (Method::POST, "/api/v1/leads/{lead}/reveal", Value::Null, Led),
        (Method::POST, "/api/v1/visits/{visit}/end", json!({"outcome": "interested"}), Overseen),
        (Method::POST, "/api/v1/visits/{visit}/undo", Value::Null, Overseen),
        (Method::PUT, "/api/v1/appointments/{appointment}", agreed, Overseen),
        (Method::POST, "/api/v1/appointments/{appointment}/reveal", Value::Null, Overseen),
        (Method::POST, "/api/v1/appointments/{appointment}/cancel", Value::Null, Overseen),
        (Method::POST, "/api/v1/appointments/{appointment}/restore", Value::Null, Overseen),
        (Method::POST, "/api/v1/appointments/{appointment}/arrived", Value::Null, Overseen),
        (Method::DELETE, "/api/v1/disputes/{dispute}", Value::Null, Ruled),
    ]
}

/// Where the role alone decides, or the thing is one's own by its nature.
const ROLE_ALONE: [&str; 25] = [
    "post /api/v1/me/channels/try/{trial}/shown",
    "post /api/v1/visits/{visit}/received",
    "post /api/v1/visits/{visit}/assign",
    "post /api/v1/visits/{visit}/join",
    "post /api/v1/visits/{visit}/split",
    // Whoever did not come as the second has nothing to step back from: nothing changes.
    "post /api/v1/visits/{visit}/step-back",
    "delete /api/v1/leads/{lead}",
    "get /api/v1/leads/{lead}/contacts",
    "put /api/v1/leads/{lead}/owner",
    "post /api/v1/leads/{lead}/owner/undo",
    "delete /api/v1/appointments/{appointment}",
    "get /api/v1/exports/{file}",
    "get /api/v1/claims/{claim}",
    "put /api/v1/kiosks/{kiosk}/maintenance",
    "put /api/v1/morning/{item}",
    // An admin's account is an admin's.
    "put /api/v1/people/{staff}",
    "delete /api/v1/people/{staff}",
    "delete /api/v1/people/{staff}/sessions",
    "post /api/v1/people/{staff}/code",
    "put /api/v1/shifts/{staff}",
    "delete /api/v1/shifts/{staff}",
    "put /api/v1/shifts/{staff}/days/{date}",
    "delete /api/v1/shifts/{staff}/days/{date}",
    "get /api/v1/calendar/{year}",
    "put /api/v1/calendar/{year}",
];

/// Things of li's: a visit that she serves, the alert of another, a lead, an appointment; and a dispute that the manager raised.
struct Things(Vec<(&'static str, String)>);

impl Things {
    async fn of_li(showroom: &Showroom, li: &Phone, boss: &Session) -> Result<Self> {
        let kiosk = showroom.kiosk("k1").await?;
        let consents = json!([{"purpose": "contact", "wording": "contact-1", "given": true}]);
        let tap = kiosk.check_in("browse", &json!({"phone": "13912345678", "consents": consents})).await?;
        let served = li.alert_for(tap.visit).await?;
        li.accept(&served).await?;
        kiosk.stage(tap.visit, Stage::Coming).await?;
        let walk_in = json!({"purpose": "browse", "language": "zh"});
        let walk_in = boss.call(Method::POST, "/api/v1/visits", Some(walk_in)).await?;
        let other = text(&walk_in, "visit")?.parse()?;
        boss.call(Method::POST, &format!("/api/v1/visits/{other}/assign"), Some(json!({"staff": "li"}))).await?;
        let alert = li.alert_for(other).await?.alert;
        let (from, to) = ALL_DAYS;
        let leads = wait::until_async("the lead", || async {
            let page = boss.call(Method::GET, &format!("/api/v1/leads?from={from}&to={to}"), None).await?;
            Ok(page.get("leads").and_then(|leads| leads.get(0)).cloned())
        });
        let lead = text(&leads.await?, "lead_id")?;
        let date = text(&boss.call(Method::GET, "/api/v1/morning", None).await?, "date")?;
        let expected = json!({"date": date, "time": "23:50", "consultant": "li", "matter": "talk", "name": "张"});
        let booked = li.session().call(Method::POST, "/api/v1/appointments", Some(expected)).await?;
        let claim = json!({"lead": lead, "claimant": "wang", "reason": "上周加过"});
        let dispute = boss.call(Method::POST, "/api/v1/disputes", Some(claim)).await?;
        Ok(Self(vec![
            ("{visit}", tap.visit.to_string()),
            ("{alert}", alert.to_string()),
            ("{lead}", lead),
            ("{date}", date),
            ("{appointment}", text(&booked, "appointment")?),
            ("{dispute}", text(&dispute, "dispute")?),
        ]))
    }

    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Asks as somebody; gives the status, and the code of a refusal.
    async fn ask(&self, who: &Session, method: &Method, path: &str, body: &Value) -> Result<(StatusCode, String)> {
        let mut request = who.request(method.clone(), &self.fill(path));
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(self.fill(&body.to_string()));
        }
        let answer = request.send().await?;
        let status = answer.status();
        let code = if status.is_success() { String::new() } else { text(&problem(answer).await?, "code")? };
        Ok((status, code))
    }
}

/// What somebody is told about a thing of li's; `None`: they are let in.
fn refusal(whose: Whose, account: &str) -> Option<(u16, &'static str)> {
    let let_in: &[&str] = match whose {
        Whose::Overseen => &["li", "qian", "zhao", "root"],
        Whose::Led => &["li", "zhao", "root"],
        Whose::Personal => &["li"],
        Whose::Ruled => &["zhao", "root"],
    };
    (!let_in.contains(&account)).then_some(match (whose, account) {
        (Whose::Personal, _) => (404, "unknown_alert"),
        (Whose::Ruled, "sun" | "he" | "qian") => (403, "not_allowed"),
        (Whose::Overseen | Whose::Led | Whose::Ruled, _) => (403, "not_yours"),
    })
}

fn text(value: &Value, field: &str) -> Result<String> {
    Ok(value.get(field).and_then(Value::as_str).with_context(|| format!("{field} in {value}"))?.to_owned())
}

#[tokio::test]
async fn what_is_somebodys_is_changed_by_them_and_by_those_who_oversee_the_floor() -> Result<()> {
    let showroom = Showroom::with(Setup::at_midday()).await?;
    for (account, role) in [
        ("wang", Role::Consultant),
        ("sun", Role::Advisor),
        ("he", Role::Care),
        ("qian", Role::Reception),
        ("zhao", Role::Manager),
        ("root", Role::Admin),
    ] {
        showroom.hire(account, role, &[])?;
    }
    let li = showroom.staff("li", Role::Consultant).await?;
    let [wang, sun, he, qian, zhao, root] = [
        showroom.sign_in("wang").await?,
        showroom.sign_in("sun").await?,
        showroom.sign_in("he").await?,
        showroom.sign_in("qian").await?,
        showroom.sign_in("zhao").await?,
        showroom.sign_in("root").await?,
    ];
    let things = Things::of_li(&showroom, &li, &zhao).await?;
    wang.presence("free").await?;
    let floor = || async { anyhow::Ok(zhao.call(Method::GET, "/api/v1/visits", None).await?["visits"].clone()) };
    let records = |path: &'static str| zhao.call(Method::GET, path, None);
    let (visits, disputes) = (floor().await?, records("/api/v1/disputes").await?);

    for (method, path, body, whose) in addresses() {
        for who in [&wang, &sun, &he, &qian, &zhao, &root] {
            let Some(expected) = refusal(whose, who.account()) else { continue };
            let (status, code) = things.ask(who, &method, path, &body).await?;
            let (account, told) = (who.account(), (status.as_u16(), code.as_str()));
            ensure!(told == expected, "{method} {path} by {account}: {told:?} instead of {expected:?}");
        }
    }
    ensure!(floor().await? == visits, "a refusal changed a visit");
    ensure!(records("/api/v1/disputes").await? == disputes, "a refusal changed a dispute");

    for (method, path, body, whose) in addresses() {
        let all = [li.session(), &qian, &zhao, &root];
        let let_in = all.into_iter().filter(|who| refusal(whose, who.account()).is_none());
        for (place, who) in let_in.enumerate() {
            let (status, code) = things.ask(who, &method, path, &body).await?;
            // What was done before may leave nothing to do, and nothing to do it to.
            let may_be_over = place > 0 || path.ends_with("/pass");
            let done =
                status.is_success() || may_be_over && [StatusCode::CONFLICT, StatusCode::NOT_FOUND].contains(&status);
            ensure!(done, "{method} {path} by {}: {status} {code}", who.account());
        }
    }
    showroom.finish().await
}

#[tokio::test]
async fn every_address_that_names_a_thing_is_decided_upon() -> Result<()> {
    let showroom = Showroom::start().await?;
    let described: Value =
        reqwest::get(format!("{}/api/openapi.json", showroom.gateway().http())).await?.json().await?;
    let paths = described["paths"].as_object().context("paths")?;
    let named = paths.iter().filter(|(path, _)| path.contains('{')).flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten().filter(|(method, _)| *method != "parameters");
        methods.map(move |(method, _)| format!("{method} {path}"))
    });
    let decided =
        addresses().into_iter().map(|(method, path, ..)| format!("{} {path}", method.as_str().to_lowercase()));
    let decided = decided.chain(ROLE_ALONE.map(str::to_owned));
    assert_eq!(named.collect::<BTreeSet<_>>(), decided.collect::<BTreeSet<_>>());
    showroom.finish().await
}
