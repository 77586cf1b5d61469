//! The visitor's page behind the kiosk's QR code, as plain HTTP: without JavaScript, in WeChat's browser.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use shared::wire::{Alert, Budget, Stage, When};
use tests::wait;
use tests::world::{Role, Setup, Showroom};

/// WeChat for Android, as it calls itself.
const WECHAT: &str = "Mozilla/5.0 (Linux; Android 14; 23049RAD8C) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
                      Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240301 MMWEBID/1234 \
                      MicroMessenger/8.0.48.2580(0x28003035) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64";

fn setup() -> Setup {
    let config = "[web]\nvisitor_listen = \"127.0.0.1:0\"\n\n[[catalogue.models]]\nid = \"s7\"\nzh = \"星河 S7\"\nen = \"Xinghe S7\"\n";
    Setup { config: Some(config.to_owned()), ..Setup::default() }
}

fn browser() -> Result<Client> {
    Ok(Client::builder().user_agent(WECHAT).redirect(redirect::Policy::limited(5)).build()?)
}

/// A form as it stands on a page: where it goes, and its fields with their first value.
#[derive(Debug)]
struct Form {
    action: String,
    fields: BTreeMap<String, String>,
}

/// Reads the first form of a page; attributes are quoted, as our templates write them.
fn form(page: &str) -> Result<Form> {
    let start = page.find("<form").context("a form on the page")?;
    let body = &page[start..start + page[start..].find("</form>").context("the form's end")?];
    let head = &body[..body.find('>').context("the form's head")?];
    let mut fields = BTreeMap::new();
    for tag in body.split('<').skip(1) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        if ["input", "select", "textarea"].contains(&name)
            && let Some(field) = attribute(tag, "name")
        {
            fields.entry(field).or_insert_with(|| attribute(tag, "value").unwrap_or_default());
        }
    }
    Ok(Form { action: attribute(head, "action").unwrap_or_default(), fields })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next().map(str::to_owned)
}

fn absolute(url: &str, action: &str) -> Result<String> {
    let origin: String = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    Ok(match action {
        "" => url.to_owned(),
        action if action.starts_with('/') => format!("{origin}{action}"),
        action => format!("{}/{action}", url.rsplit_once('/').context("a path")?.0),
    })
}

/// The fields that the test fills in; hidden ones go back as they came.
fn filled(form: &Form, given: &[(&str, &str)]) -> Vec<(String, String)> {
    let hidden = form.fields.iter().filter(|(name, value)| {
        !value.is_empty()
            && !given.iter().any(|(given, _)| given == name)
            && ["form", "ticket", "token", "language"].contains(&name.as_str())
    });
    let hidden = hidden.map(|(name, value)| (name.clone(), value.clone()));
    hidden.chain(given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

#[tokio::test]
async fn an_interest_joins_the_kiosks_visit_and_the_managers_list() -> Result<()> {
    let showroom = Showroom::with(setup()).await?;
    let boss = showroom.staff("boss", Role::Manager).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;

    let offer = kiosk.qr().await?;
    assert!(offer.url.len() <= 106 && offer.url.contains("/i/"), "{}", offer.url);
    let browser = browser()?;
    let answer = browser.get(&offer.url).send().await?;
    assert_eq!(answer.status(), StatusCode::OK);
    let csp =
        answer.headers().get("content-security-policy").context("a content security policy")?.to_str()?.to_owned();
    assert!(!csp.contains("unsafe-inline"), "{csp}");
    let page = answer.text().await?;
    assert!(page.contains("width=device-width"), "no viewport for phones");
    let form = form(&page)?;
    for field in ["name", "phone"] {
        assert!(form.fields.contains_key(field), "no field {field}: {:?}", form.fields);
    }
    let consents: Vec<_> =
        page.split('<').filter(|tag| attribute(tag, "name").as_deref() == Some("consents")).collect();
    assert!(
        !consents.is_empty() && consents.iter().all(|tag| !tag.contains(" checked")),
        "never ticked beforehand: {consents:?}"
    );
    let models = boss_models(&kiosk).await?;
    let model = models.first().context("a model")?.as_str();
    let given = [
        ("name", "诸葛"),
        ("phone", "138 0013 8000"),
        ("models", model),
        ("when", "quarter"),
        ("budget", "to25"),
        ("consents", "contact"),
    ];
    let url = absolute(&offer.url, &form.action)?;
    let sent = browser.post(url).form(&filled(&form, &given)).send().await?;
    let status = sent.status();
    assert!(status.is_success(), "{status}: {}", sent.text().await?);

    let said = |alert: &Alert| alert.models.iter().any(|known| known.as_str() == model);
    let before = wang.update(alert.alert, "the model", said).await?;
    let private = (before.name, before.when, before.budget, before.phone, before.lead);
    assert_eq!(private, (None, None, None, None, None), "before Accept");
    let leads = wait::until_async("the lead in the manager's list", || async {
        let leads = boss.session().call(Method::GET, "/api/v1/leads", None).await?;
        Ok(leads["leads"].as_array().filter(|leads| !leads.is_empty()).cloned())
    })
    .await?;
    assert_eq!(leads.len(), 1, "{leads:?}");
    let shown = leads[0].to_string();
    assert!(shown.contains(&tap.visit.to_string()), "the lead names its visit: {shown}");
    assert!(!shown.contains("13800138000"), "numbers are masked until somebody reveals them: {shown}");
    wang.accept(&alert).await?;
    let opened = wang.update(alert.alert, "what was said about buying", |alert| alert.when.is_some()).await?;
    let expect = (Some(When::Quarter), Some(Budget::To25), Some("138****8000"));
    assert_eq!((opened.when, opened.budget, opened.phone.as_deref()), expect, "after Accept");
    let reveal = format!("/api/v1/leads/{}/reveal", opened.lead.context("a lead to ask for")?);
    let contact = wang.session().call(Method::POST, &reveal, None).await?;
    assert_eq!(contact["phone"].as_str(), Some("13800138000"));
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

async fn boss_models(kiosk: &tests::world::Device) -> Result<Vec<String>> {
    Ok(kiosk.config().await?.models.iter().map(|model| model.id.to_string()).collect())
}

#[tokio::test]
async fn without_an_open_visit_an_interest_opens_one_and_rings() -> Result<()> {
    let showroom = Showroom::with(setup()).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let offer = kiosk.qr().await?;
    let browser = browser()?;
    let page = browser.get(&offer.url).send().await?.text().await?;
    let form = form(&page)?;
    // Everything on it is optional: an empty form is one as well.
    let sent = browser.post(absolute(&offer.url, &form.action)?).form(&filled(&form, &[])).send().await?;
    assert!(sent.status().is_success(), "{}", sent.status());
    let alert = wang.alert().await?;
    wang.serve(&alert, "interested").await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_spent_code_opens_no_new_page_and_an_open_page_submits_once() -> Result<()> {
    let showroom = Showroom::with(setup()).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let offer = kiosk.qr().await?;
    let (mother, father) = (browser()?, browser()?);
    let hers = form(&mother.get(&offer.url).send().await?.text().await?)?;
    let his = form(&father.get(&offer.url).send().await?.text().await?)?;
    let url = absolute(&offer.url, &hers.action)?;
    assert!(mother.post(&url).form(&filled(&hers, &[])).send().await?.status().is_success());
    let alert = wang.alert().await?;
    let late = browser()?.get(&offer.url).send().await?;
    assert!(!late.status().is_success(), "a spent code opened a new page");
    assert!(late.text().await?.contains("<html"), "a page says so, in words");
    assert!(
        father.post(&url).form(&filled(&his, &[])).send().await?.status().is_success(),
        "his page was open already"
    );
    let fresh = wait::until_async("a new code on the kiosk", || async {
        let next = kiosk.qr().await?;
        Ok((next.url != offer.url).then_some(next))
    })
    .await?;
    assert!(browser()?.get(&fresh.url).send().await?.status().is_success());
    wang.serve(&alert, "interested").await?;
    let more = wang.take_alerts();
    assert!(more.is_empty(), "the family's second page rang again: {more:?}");
    showroom.finish().await
}

#[tokio::test]
async fn a_wrong_number_is_told_in_words_and_a_forged_code_opens_nothing() -> Result<()> {
    let showroom = Showroom::with(setup()).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let offer = kiosk.qr().await?;
    let browser = browser()?;
    let form = form(&browser.get(&offer.url).send().await?.text().await?)?;
    let given = [("phone", "12345")];
    let answer = browser.post(absolute(&offer.url, &form.action)?).form(&filled(&form, &given)).send().await?;
    assert!(answer.status().is_client_error(), "{}", answer.status());
    let page = answer.text().await?;
    assert!(page.contains("<form") && page.contains("12345"), "the form comes back with what was typed");

    let forged = offer.url.replace("/i/", "/i/A");
    assert!(browser.get(&forged).send().await?.status().is_client_error());
    let origin: String = offer.url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    for path in ["/floor", "/api/v1/floor", "/metrics", "/sign-in"] {
        let status = browser.get(format!("{origin}{path}")).send().await?.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path} answers on the visitors' door");
    }
    let api = format!("{}/api/v1/interests", showroom.gateway().http());
    let refused = browser.post(api).json(&json!({"token": "forged", "language": "zh"})).send().await?;
    let problem: Value = tests::world::problem(refused).await?;
    assert!(problem["code"].is_string());
    showroom.finish().await
}

#[tokio::test]
async fn a_page_that_is_sent_after_the_visit_has_ended_makes_a_lead_and_rings_nobody() -> Result<()> {
    let showroom = Showroom::with(setup()).await?;
    let boss = showroom.staff("boss", Role::Manager).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    let offer = kiosk.qr().await?;
    let browser = browser()?;
    let form = form(&browser.get(&offer.url).send().await?.text().await?)?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let given = [("name", "诸葛"), ("phone", "138 0013 8000"), ("consents", "contact")];
    for time in ["once", "once more"] {
        let sent = browser.post(absolute(&offer.url, &form.action)?).form(&filled(&form, &given)).send().await?;
        assert!(sent.status().is_success(), "{}", sent.status());
        let said = sent.text().await?;
        assert!(!said.contains("会有人来接待"), "{time}, it promises what nobody does: {said}");
        assert!(said.contains("按您留下的电话联系您"), "{said}");
    }
    let leads = wait::until_async("the lead in the manager's list", || async {
        let leads = boss.session().call(Method::GET, "/api/v1/leads", None).await?;
        Ok(leads["leads"].as_array().filter(|leads| !leads.is_empty()).cloned())
    })
    .await?;
    assert_eq!(leads.len(), 1, "{leads:?}");
    assert!(!leads[0].to_string().contains(&tap.visit.to_string()), "it belongs to no visit: {}", leads[0]);
    let more = wang.take_alerts();
    assert!(more.is_empty(), "somebody was called for a visitor who has left: {more:?}");
    showroom.finish().await
}

#[tokio::test]
async fn whoever_leaves_reads_of_the_cars_they_looked_at_and_of_no_other() -> Result<()> {
    let showroom = Showroom::with(setup()).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let store = kiosk.config().await?.store_url.context("the store's own code")?;
    let browser = browser()?;
    let page = browser.get(format!("{store}?m=s7,gone,%3Cb%3E")).send().await?.text().await?;
    assert!(page.contains("感谢光临") && page.contains("您看过的车") && page.contains("<h3>星河 S7</h3>"), "{page}");
    assert!(!page.contains("gone") && !page.contains("<b>"), "what the catalogue does not have is not said");
    assert!(page.contains("value=\"s7\" checked"), "what they looked at is ticked");
    let page = browser.get(format!("{store}?m=")).send().await?.text().await?;
    assert!(page.contains("感谢光临") && !page.contains("您看过的车"), "{page}");
    let page = browser.get(&store).send().await?.text().await?;
    assert!(page.contains("欢迎光临") && !page.contains("感谢光临"), "{page}");
    showroom.finish().await
}
