//! Every web page in the states that people meet it in, by day and by night, in both languages, looked through by axe-core: nothing
//! may shut somebody out. What hinders less is said and stops nothing. Leaves pictures in `target/screenshots`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tests::wait;
use tests::world::{Axe, Browser, Device, Finding, Impact, Light, Phone, Role, Session, Setup, Showroom, sign_in};

const PHONE: (u32, u32) = (360, 780);
/// A phone on which everything is seen at once: what lies behind the buttons at the foot has no colour that could be measured.
const TALL: (u32, u32) = (360, 2400);
const TABLET: (u32, u32) = (768, 1024);
const DESK: (u32, u32) = (1280, 900);
const BOTH: &[(u32, u32)] = &[PHONE, DESK];
/// Where the foot of the page ends half behind the buttons, until one scrolls.
const WHOLE: &[(u32, u32)] = &[TALL, DESK];
/// Where there are tables: on a tablet they are wider than the page.
const TABLES: &[(u32, u32)] = &[PHONE, TABLET, DESK];
/// Cars, and a ladder that is climbed at once: who waits has waited too long already, who accepts is reminded soon.
const CONFIG: &str = "[channels.push]\nsubject = \"mailto:it@example.com\"\n\n[web]\nvisitor_listen = \"127.0.0.1:0\"\n\n\
    [floor]\nsecond = \"1s\"\ntwo = \"1s\"\neveryone = \"1s\"\nbreach = \"2s\"\ngreet_again = \"2s\"\n\n\
    [[catalogue.models]]\nid = \"s7\"\nzh = \"星河 S7\"\nen = \"Xinghe S7\"\n\
    place = { zh = \"进门左手第一台\", en = \"left of the entrance\" }\nfits = [\"sedan\"]\n\n\
    [[catalogue.models]]\nid = \"x5\"\nzh = \"星河 X5\"\nen = \"Xinghe X5\"\nfits = [\"suv\"]\n";
const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What was found so far, and on which pages.
type Findings = BTreeMap<Finding, Vec<String>>;

/// A browser, and what was found with it.
struct View<'a> {
    browser: &'a Browser,
    axe: &'a Axe,
    language: &'static str,
    findings: &'a mut Findings,
}

/// A walk through all pages in one language.
struct Walk<'a> {
    view: View<'a>,
    showroom: &'a Showroom,
    boss: &'a Session,
    kiosk: &'a Device,
    wang: &'a Phone,
}

#[tokio::test]
async fn no_page_shuts_anybody_out() -> Result<()> {
    let axe = Axe::installed()?;
    let mut showroom = Showroom::with(Setup { config: Some(CONFIG.to_owned()), ..Setup::default() }).await?;
    showroom.hire("boss", Role::Manager, &["--display", "林悦"])?;
    showroom.hire("zhao", Role::Reception, &["--display", "赵敏"])?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    let boss = showroom.sign_in("boss").await?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = showroom.staff("chen", Role::Consultant).await?;
    chen.session().presence("break").await?;
    let wang = showroom.phone("wang").await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    let mut findings = Findings::new();
    for language in ["zh", "en"] {
        let view = View { browser: &browser, axe: &axe, language, findings: &mut findings };
        Walk { view, showroom: &showroom, boss: &boss, kiosk: &kiosk, wang: &wang }.everywhere().await?;
    }
    let mut view = View { browser: &browser, axe: &axe, language: "en", findings: &mut findings };
    left_alone(&mut view, &mut showroom).await.context("pages that are left alone")?;
    browser.close().await?;
    showroom.finish().await?;
    report(&findings)
}

/// What pages say when nobody answers any more, and a wall when nobody is signed in.
async fn left_alone(view: &mut View<'_>, showroom: &mut Showroom) -> Result<()> {
    // The manager's page shows no sign of its own that it is fed; it has said that it is alive.
    let alive = "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/me/alive'))";
    let (live, stale) = ("document.body.dataset.standing === 'live'", "document.body.dataset.standing === 'stale'");
    for (page, live, lost) in [
        (
            "/floor",
            "document.getElementById('light').dataset.state !== 'red'",
            "document.getElementById('light').dataset.state === 'red'",
        ),
        ("/manage", alive, "!document.getElementById('stale').hidden"),
        ("/board", live, stale),
        ("/board/public", live, stale),
    ] {
        view.browser.go(&format!("{}{page}", showroom.gateway().http())).await?;
        view.comes_to(live).await?;
        showroom.gateway_mut().kill().await?;
        view.comes_to(lost).await?;
        let sizes = if page == "/floor" { WHOLE } else { BOTH };
        view.see(&format!("lost{}", page.replace('/', "-")), sizes).await?;
        showroom.start_again().await?;
    }
    view.browser.go(&format!("{}/board", showroom.gateway().http())).await?;
    view.browser.client().execute("fetch('/api/v1/sessions', { method: 'DELETE' })", Vec::new()).await?;
    view.browser.find("#out").await?;
    view.see("signed-out-board", BOTH).await
}

/// Says everything that was found, the worst at the end; fails on what shuts somebody out.
fn report(findings: &Findings) -> Result<()> {
    let mut grave = 0;
    for (Finding { impact, rule, help, selector, detail }, pages) in findings {
        eprintln!("{impact:?}: {rule}: {help}\n    {selector}\n    {detail}\n    on {}", pages.join(" | "));
        grave += usize::from(*impact >= Impact::Serious);
    }
    ensure!(grave == 0, "{grave} findings above are serious or critical; {} are not", findings.len() - grave);
    Ok(())
}

impl View<'_> {
    /// Looks at the page as it stands, in these sizes, by day and by night.
    async fn see(&mut self, page: &str, sizes: &[(u32, u32)]) -> Result<()> {
        for size in sizes {
            self.browser.resize(*size).await?;
            for light in [Light::Day, Light::Night] {
                self.browser.light(light).await?;
                let state = format!("{page} {} {}x{} {light:?}", self.language, size.0, size.1);
                for finding in self.axe.look(self.browser).await.with_context(|| state.clone())? {
                    self.findings.entry(finding).or_default().push(state.clone());
                }
                // Half of them say how it looks; each takes as long as looking with axe.
                if light == Light::Day {
                    self.browser.picture(&format!("access-{}", state.replace(' ', "-"))).await?;
                }
            }
        }
        self.browser.resize(PHONE).await?;
        self.browser.light(Light::Day).await
    }

    /// Waits until this is so on the page.
    async fn comes_to(&self, condition: &str) -> Result<()> {
        let script = format!("return {condition}");
        let so = async || Ok((self.browser.client().execute(&script, Vec::new()).await? == json!(true)).then_some(()));
        wait::until_async(condition, so).await
    }

    async fn write(&self, css: &str, text: &str) -> Result<()> {
        let field = self.browser.find(css).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }
}

impl Walk<'_> {
    async fn everywhere(mut self) -> Result<()> {
        self.nobody().await.context("not signed in")?;
        self.visitor().await.context("the visitor's page")?;
        self.consultant().await.context("the consultant's page")?;
        let served = self.kiosk.check_in("test_drive", &json!({"party": 2, "models": ["s7"]})).await?;
        let alert = self.wang.alert_for(served.visit).await?;
        self.wang.accept(&alert).await?;
        self.wang.greeted(served.visit).await?;
        let waiting = self.kiosk.check_in("model", &json!({"party": 6, "models": ["x5"]})).await?;
        self.reception().await.context("reception's page")?;
        self.manager().await.context("the manager's pages")?;
        self.walls().await.context("the walls")?;
        self.wang.end(served.visit, "interested").await?;
        let alert = self.wang.alert_for(waiting.visit).await?;
        self.wang.serve(&alert, "quoted").await
    }

    async fn go(&self, page: &str) -> Result<()> {
        self.view.browser.go(&format!("{}{page}", self.showroom.gateway().http())).await
    }

    async fn nobody(&mut self) -> Result<()> {
        self.view.browser.client().delete_all_cookies().await.ok();
        self.go(&format!("/sign-in?lang={}", self.view.language)).await?;
        self.view.see("sign-in", &[PHONE]).await?;
        self.view.write("input[name=account]", "wang").await?;
        self.view.write("input[name=password]", "not-this-one").await?;
        self.view.browser.tap("button[type=submit]").await?;
        self.view.browser.find("#fault").await?;
        self.view.see("sign-in-refused", &[PHONE]).await?;
        self.go("/nowhere").await?;
        self.view.browser.find("a.button").await?;
        self.view.see("not-found", &[PHONE]).await?;
        self.go("/offline").await?;
        self.view.see("offline", &[PHONE]).await
    }

    async fn visitor(&mut self) -> Result<()> {
        let store = self.kiosk.config().await?.store_url.context("the store's own code")?;
        self.view.browser.go(&format!("{store}?lang={}&m=s7,x5", self.view.language)).await?;
        self.view.browser.find(".cars").await?;
        self.view.see("visitor-left", &[PHONE]).await?;
        self.view.browser.go(&format!("{}?lang={}", self.kiosk.qr().await?.url, self.view.language)).await?;
        self.view.browser.find("input[name=phone]").await?;
        self.view.see("visitor", &[PHONE]).await?;
        self.view.write("#phone", "12345").await?;
        self.view.browser.tap("button[type=submit]").await?;
        self.view.browser.find("#phone-fault").await?;
        self.view.see("visitor-fault", &[PHONE]).await?;
        self.view.write("#name", "诸葛").await?;
        self.view.write("#phone", "138 0013 8000").await?;
        for choice in ["models", "when", "title", "consents"] {
            self.view.browser.tap(&format!(".tick:has([name={choice}])")).await?;
        }
        self.view.see("visitor-filled", &[PHONE]).await?;
        self.view.browser.tap("button[type=submit]").await?;
        self.view.browser.find(".thanks").await?;
        self.view.see("visitor-thanks", &[PHONE]).await
    }

    /// Who was asked for on the visitor's page is met, and leaves.
    async fn consultant(&mut self) -> Result<()> {
        let alert = self.wang.alert().await?;
        sign_in(self.view.browser, self.showroom, "wang", "/floor").await?;
        self.view.browser.find("#alert[open] .tags").await?;
        self.view.see("floor-alert", &[PHONE]).await?;
        self.view.browser.tap("#alert-pass").await?;
        self.view.browser.find("#sheet[open]").await?;
        self.view.see("floor-pass", &[PHONE]).await?;
        self.view.browser.tap("#sheet .wide").await?;
        self.view.browser.tap("#alert-accept").await?;
        self.view.browser.find(".late-greeting").await?;
        self.view.see("floor-coming", &[PHONE, TALL]).await?;
        self.view.browser.tap(".lesser .button:first-child").await?;
        self.view.write("#pad[open] textarea", "带着孩子，喜欢蓝色").await?;
        self.view.see("floor-note", &[PHONE]).await?;
        self.view.browser.tap("#pad .primary").await?;
        self.view.browser.find(".note").await?;
        self.view.browser.tap(".chips .chip").await?;
        self.view.browser.find(".chip[aria-pressed=true]").await?;
        self.view.browser.tap(".number .button").await?;
        self.view.browser.find(".number a").await?;
        self.view.browser.tap("#acts .go").await?;
        self.view.browser.find("#acts .primary").await?;
        self.view.see("floor-serving", &[PHONE, TALL]).await?;
        self.view.browser.tap(".lesser .button:last-child").await?;
        self.view.browser.find("#sheet[open]").await?;
        self.view.see("floor-hand-over", &[PHONE]).await?;
        self.view.browser.tap("#sheet .wide").await?;
        self.view.browser.tap("#acts .primary").await?;
        self.view.browser.find("#sheet[open]").await?;
        self.view.see("floor-outcome", &[PHONE]).await?;
        self.view.browser.tap("#sheet-choices .button").await?;
        self.view.browser.find("#presence [data-presence=free][aria-pressed=true]").await?;
        self.view.see("floor-ended", &[PHONE, TALL]).await?;
        ensure!(self.wang.alerts_left().is_empty(), "{} was all", alert.visit);

        self.go("/customers").await?;
        self.view.browser.find("section:not([hidden]) .persons").await?;
        self.view.see("customers", BOTH).await?;
        self.go("/floor").await?;
        self.view.browser.find("#light:not([data-state=red])").await?;
        self.view.see("floor-free", &[PHONE, TALL]).await?;
        self.view.browser.tap("#light").await?;
        self.view.browser.find("#sheet[open]").await?;
        self.view.see("floor-trial", &[PHONE]).await?;
        self.view.browser.tap("#sheet .wide").await?;
        self.plan("00:00-24:00").await?;
        self.view.browser.find("#shift-line").await?;
        self.view.see("floor-on-shift", &[PHONE, TALL]).await?;
        self.plan("").await?;
        self.view.browser.find("#light[data-state=shift]").await?;
        self.view.see("floor-off-shift", &[PHONE, TALL]).await?;
        self.boss.call(Method::DELETE, "/api/v1/shifts/wang", None).await?;
        self.wang.session().presence("free").await
    }

    /// The same hours every day, or none.
    async fn plan(&self, hours: &str) -> Result<()> {
        let hours: Vec<&str> = hours.split_whitespace().collect();
        let week: BTreeMap<_, _> = WEEK.into_iter().map(|day| (day, &hours)).collect();
        self.boss.call(Method::PUT, "/api/v1/shifts/wang", Some(json!({ "week": week }))).await.map(|_: Value| ())
    }

    async fn reception(&mut self) -> Result<()> {
        sign_in(self.view.browser, self.showroom, "zhao", "/floor").await?;
        self.view.browser.find("#queue .breach").await?;
        self.view.browser.find("#going li").await?;
        self.view.see("reception", &[PHONE, TALL]).await?;
        self.view.browser.tap("#walk-in-why").await?;
        self.view.browser.find("#sheet[open] .pick").await?;
        self.view.see("reception-walk-in", &[PHONE]).await?;
        self.view.browser.tap("#sheet .wide").await?;
        self.view.browser.tap("#queue .button:last-child").await?;
        self.view.browser.find("#sheet[open]").await?;
        self.view.see("reception-more", &[PHONE]).await?;
        self.view.browser.tap("#sheet .wide").await
    }

    async fn manager(&mut self) -> Result<()> {
        sign_in(self.view.browser, self.showroom, "boss", "/manage").await?;
        self.view.browser.find(".waiting .bad").await?;
        self.view.browser.find("#visits").await?;
        self.view.browser.tap("#day summary").await?;
        ensure!(!self.view.browser.sticks_out().await?, "the manager's page is wider than a phone");
        self.view.see("manage", TABLES).await?;
        // The list is written anew now and then, and not under a finger.
        self.view.browser.tap(".leads .erase").await?;
        self.view.browser.find("#erase[open]").await?;
        self.view.see("manage-erase", BOTH).await?;
        self.view.browser.tap("#erase .second").await?;
        self.go("/manage/leads").await?;
        self.view.browser.tap(".leads .reveal").await?;
        self.view.browser.find(".leads .number a").await?;
        self.view.see("manage-leads", TABLES).await?;
        self.owners().await?;
        self.go("/manage/audit").await?;
        self.view.browser.find("#audit").await?;
        self.view.see("manage-audit", TABLES).await?;
        self.go("/manage/kiosks").await?;
        self.view.browser.find(".kiosks .up").await?;
        self.view.see("manage-kiosks", BOTH).await?;
        self.view.write("input[name=code]", "000000").await?;
        self.view.write("input[name=name]", "entrance").await?;
        self.view.browser.tap(".claim .primary").await?;
        self.view.browser.find("#fault").await?;
        self.view.see("manage-kiosks-fault", BOTH).await?;
        self.shifts().await?;
        self.people().await
    }

    /// Whose customers people are: a list with a dispute, and the record from which it is settled.
    async fn owners(&mut self) -> Result<()> {
        self.view.browser.tap(".leads .owner a").await?;
        self.view.browser.find("#rule").await?;
        let page = self.view.browser.client().current_url().await?.path().to_owned();
        let lead = page.rsplit('/').next().context("a lead")?;
        let claim = json!({"lead": lead, "claimant": "chen", "reason": "车展上先加的微信"});
        let dispute = self.boss.call(Method::POST, "/api/v1/disputes", Some(claim)).await?;
        let dispute = dispute.get("dispute").and_then(Value::as_str).context("a dispute")?;
        self.go("/manage/owners").await?;
        self.view.browser.find("#disputes").await?;
        self.view.see("manage-owners", BOTH).await?;
        self.go(&page).await?;
        self.view.browser.find("#disputes").await?;
        self.view.see("manage-owner", TABLES).await?;
        self.boss.call(Method::DELETE, &format!("/api/v1/disputes/{dispute}"), None).await.map(|_| ())
    }

    async fn shifts(&mut self) -> Result<()> {
        self.plan("09:00-12:00 13:00-18:00").await?;
        self.go("/manage/shifts").await?;
        self.view.browser.find("#rota .cell").await?;
        self.view.see("manage-shifts", TABLES).await?;
        self.view.browser.tap("[data-staff=wang] .today-cell").await?;
        self.view.write("#day[open] #day-hours", "9点到6点").await?;
        self.view.browser.tap("#day .primary").await?;
        self.view.browser.find("#day-fault").await?;
        self.view.see("manage-shifts-day", BOTH).await?;
        self.go("/manage/shifts").await?;
        self.view.browser.tap("[data-staff=wang] .who").await?;
        self.view.browser.find("#week[open]").await?;
        self.view.see("manage-shifts-week", BOTH).await?;
        self.boss.call(Method::DELETE, "/api/v1/shifts/wang", None).await.map(|_| ())
    }

    async fn people(&mut self) -> Result<()> {
        self.go("/manage/alerts").await?;
        self.view.browser.find("#deliveries").await?;
        self.view.see("manage-alerts", TABLES).await?;
        self.go("/appointments").await?;
        self.view.browser.tap("#make").await?;
        self.view.browser.find("#terms[open]").await?;
        self.view.see("appointments-new", BOTH).await?;
        self.go("/morning").await?;
        self.view.browser.tap("[data-item=tidy][aria-pressed=false], [data-item=drinks]").await?;
        self.view.browser.find(".check[aria-pressed=true]").await?;
        self.view.see("morning", &[PHONE]).await?;
        self.go("/manage/people").await?;
        self.view.browser.find("[data-staff=chen]").await?;
        self.view.see("manage-people", BOTH).await?;
        self.view.browser.tap(".people-add .button").await?;
        self.view.write("#person[open] input[name=account]", "No Name").await?;
        self.view.write("#person input[name=badge]", "李娜").await?;
        self.view.browser.tap("#person .primary").await?;
        self.view.browser.find("#person-fault").await?;
        self.view.see("manage-people-fault", BOTH).await?;
        self.go("/manage/people").await?;
        self.view.browser.tap("[data-staff=chen] [data-act=code]").await?;
        self.view.browser.find("#code[open] img[src^='data:']").await?;
        self.view.see("manage-people-code", BOTH).await?;
        let link = self.view.browser.find("#code-link").await?.text().await?;
        self.view.browser.go(&format!("{link}?lang={}", self.view.language)).await?;
        self.view.write("input[name=password]", "long enough").await?;
        self.view.write("input[name=again]", "not the same").await?;
        self.view.browser.tap("button[type=submit]").await?;
        self.view.browser.find("#fault").await?;
        self.view.see("enrol", &[PHONE]).await
    }

    async fn walls(&mut self) -> Result<()> {
        for page in ["/board", "/board/public"] {
            self.go(page).await?;
            self.view.browser.find("body[data-standing=live]").await?;
            self.view.see(page.trim_start_matches('/').replace('/', "-").as_str(), BOTH).await?;
        }
        Ok(())
    }
}
