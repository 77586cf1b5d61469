//! A real browser with a screen of its own size.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Showroom;
use super::screen::keep_picture;
use crate::process::Process;
use crate::wait;

const PATIENCE: Duration = Duration::from_mins(1);
const FINGER: &str = "finger";

/// Chromium, driven by chromedriver on a port of its own.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    _profile: TempDir,
    _driver: Process,
}

/// The colours that somebody's device asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// Dark on light.
    Day,
    /// Light on dark.
    Night,
}

/// A command of chromium's own protocol, which chromedriver hands on.
#[derive(Debug)]
struct Chromium(Value);

impl WebDriverCompatibleCommand for Chromium {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _address: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

const CAN_BE_HIT: &str = "
    const [element, done] = arguments;
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    const frame = () => new Promise(requestAnimationFrame);
    const place = () => { const { x, y, width, height } = element.getBoundingClientRect(); return [x + width / 2, y + height / 2]; };
    (async () => {
        await frame();
        const before = place();
        await frame();
        await frame();
        const [x, y] = place();
        const hit = document.elementFromPoint(x, y);
        done(x === before[0] && y === before[1] && hit !== null && element.contains(hit));
    })();
";

impl Browser {
    /// Opens a browser whose window is this large.
    ///
    /// # Errors
    /// When driver or browser do not start.
    pub async fn open(width: u32, height: u32, user_agent: Option<&str>) -> Result<Self> {
        let profile = tempfile::Builder::new().prefix("browser-").tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut driver = Process::start("chromedriver", Command::new("chromedriver").arg(format!("--port={port}")))?;
        let started = |line: &str| line.contains("started successfully").then_some(());
        driver.line(PATIENCE, "chromedriver to be ready", started).await?;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--lang=zh-CN".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        arguments.extend(user_agent.map(|agent| format!("--user-agent={agent}")));
        // A window cannot be narrower than about 500 px; a phone's screen can.
        let metrics = json!({"width": width, "height": height, "pixelRatio": 2, "touch": true});
        let options = json!({"args": arguments, "mobileEmulation": {"deviceMetrics": metrics}, "prefs": {"intl": {"accept_languages": "zh-CN,zh"}}});
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("a browser session")?;
        Ok(Self { client, _profile: profile, _driver: driver })
    }

    /// The driver's client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn go(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| url.to_owned())
    }

    /// Waits until an element is there and visible.
    ///
    /// # Errors
    /// When it does not come; with the page as it is.
    pub async fn find(&self, css: &str) -> Result<Element> {
        let what = format!("{css} on the page");
        let found = wait::until_async(&what, || async {
            let Ok(element) = self.client.find(Locator::Css(css)).await else { return Ok(None) };
            Ok(element.is_displayed().await.unwrap_or(false).then_some(element))
        });
        match found.await {
            Ok(element) => Ok(element),
            Err(error) => {
                let text = self.text().await.unwrap_or_default();
                Err(error.context(format!("the page says: {text}")))
            }
        }
    }

    /// Waits until a button or link with this text is there, and presses it.
    ///
    /// # Errors
    /// When it does not come, or cannot be pressed.
    pub async fn press(&self, label: &str) -> Result<()> {
        self.press_by(label, |element| async move { element.click().await.is_ok() }).await
    }

    /// Waits until this element is there, and presses it.
    ///
    /// # Errors
    /// As [`Self::press`].
    pub async fn tap(&self, css: &str) -> Result<()> {
        self.press_at(css, Locator::Css(css), |element| async move { element.click().await.is_ok() }).await
    }

    /// The same with a finger that stays down, until [`Self::let_go`].
    ///
    /// # Errors
    /// As [`Self::press`].
    pub async fn hold(&self, label: &str) -> Result<()> {
        self.press_by(label, |element| async move {
            let down = MouseActions::new(FINGER.into())
                .then(PointerAction::MoveToElement { element, duration: None, x: 0., y: 0. })
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
            self.client.perform_actions(down).await.is_ok()
        })
        .await
    }

    /// Takes the finger up again.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn let_go(&self) -> Result<()> {
        let up = MouseActions::new(FINGER.into()).then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        Ok(self.client.perform_actions(up).await?)
    }

    async fn press_by<F>(&self, label: &str, press: impl Fn(Element) -> F) -> Result<()>
    where
        F: Future<Output = bool>,
    {
        let path = format!(
            "//*[self::button or self::a or self::label or self::summary][contains(normalize-space(.), '{label}')]"
        );
        self.press_at(&format!("something that says {label}"), Locator::XPath(&path), press).await
    }

    async fn press_at<F>(&self, what: &str, place: Locator<'_>, press: impl Fn(Element) -> F) -> Result<()>
    where
        F: Future<Output = bool>,
    {
        wait::until_async(&format!("{what}, to be pressed"), || async {
            for element in self.client.find_all(place).await? {
                let ready =
                    element.is_displayed().await.unwrap_or(false) && element.is_enabled().await.unwrap_or(false);
                if ready && self.can_be_hit(&element).await.unwrap_or(false) && press(element).await {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Scrolls it to where nothing stands before it; whether it then stays where it is and a finger would hit it. The driver looks for the
    /// place first and presses later: what moves in between, as a dialog does while the page is laid out, is missed without an error.
    async fn can_be_hit(&self, element: &Element) -> Result<bool> {
        let hit = self.client.execute_async(CAN_BE_HIT, vec![serde_json::to_value(element)?]).await?;
        Ok(hit.as_bool().unwrap_or(false))
    }

    /// Waits until the browser shows another page than this.
    ///
    /// # Errors
    /// When it stays.
    pub async fn left(&self, page: &str) -> Result<()> {
        let script = "return document.readyState === 'complete' ? location.pathname : null";
        wait::until_async(&format!("the browser to leave {page}"), || async {
            let shown = self.client.execute(script, Vec::new()).await?;
            Ok(shown.as_str().filter(|shown| *shown != page).map(|_| ()))
        })
        .await
    }

    /// Waits until the page says this.
    ///
    /// # Errors
    /// When it does not; with what it says instead.
    pub async fn says(&self, words: &str) -> Result<()> {
        let what = format!("the page to say {words}");
        let said = wait::until_async(&what, || async { Ok(self.text().await?.contains(words).then_some(())) });
        match said.await {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(format!("the page says: {}", self.text().await.unwrap_or_default()))),
        }
    }

    /// Everything that can be read on the page.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn text(&self) -> Result<String> {
        let text = self.client.execute("return document.body ? document.body.innerText : ''", Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Whether the page is wider than the window: something sticks out at the side.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn sticks_out(&self) -> Result<bool> {
        let script = "return document.documentElement.scrollWidth > window.innerWidth + 1";
        Ok(self.client.execute(script, Vec::new()).await?.as_bool().unwrap_or(true))
    }

    /// Makes the window as large as this, with the page in it.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn resize(&self, (width, height): (u32, u32)) -> Result<()> {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": false});
        self.tell("Emulation.setDeviceMetricsOverride", metrics).await
    }

    /// Asks for these colours, as the device's own setting does, and for no motion: what still fades has no colour to speak of.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn light(&self, light: Light) -> Result<()> {
        let scheme = if light == Light::Day { "light" } else { "dark" };
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| json!({"name": name, "value": value}));
        self.tell("Emulation.setEmulatedMedia", json!({ "features": features })).await
    }

    /// Runs this in every page that is opened from now on, before the page's own scripts.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn before_each_page(&self, script: &str) -> Result<()> {
        self.tell("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await
    }

    /// Loads no scripts from now on: pages have no others. The driver's own still run.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn without_scripts(&self) -> Result<()> {
        self.tell("Network.enable", json!({})).await?;
        self.tell("Network.setBlockedURLs", json!({"urls": ["*.js", "*.js?*"]})).await
    }

    /// What its owner answers whenever a page of this origin asks whether it may notify: `granted` or `denied`.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn notifications(&self, origin: &str, setting: &str) -> Result<()> {
        let parameters = json!({"origin": origin, "permission": {"name": "notifications"}, "setting": setting});
        self.tell("Browser.setPermission", parameters).await
    }

    /// Hands a message to the first service worker of this profile, as its push service would once it has opened it.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn push(&self, origin: &str, message: &str) -> Result<()> {
        self.tell("ServiceWorker.enable", json!({})).await?;
        let parameters = json!({"origin": origin, "registrationId": "0", "data": message});
        self.tell("ServiceWorker.deliverPushMessage", parameters).await
    }

    /// Why the browser would not put the page on a home screen; empty where it would.
    ///
    /// # Errors
    /// When the browser does not say.
    pub async fn not_installable_for(&self) -> Result<Vec<String>> {
        let said = self.ask("Page.getInstallabilityErrors", json!({})).await?;
        let errors = said.get("installabilityErrors").and_then(Value::as_array).context("a list")?;
        Ok(errors.iter().map(Value::to_string).collect())
    }

    async fn tell(&self, command: &'static str, parameters: Value) -> Result<()> {
        self.ask(command, parameters).await.map(drop)
    }

    async fn ask(&self, command: &'static str, parameters: Value) -> Result<Value> {
        let command = Chromium(json!({"cmd": command, "params": parameters}));
        self.client.issue_cmd(command).await.context("a command of chromium's")
    }

    /// Leaves a picture of the page in `target/screenshots`.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn picture(&self, name: &str) -> Result<PathBuf> {
        let png = self.client.screenshot().await?;
        keep_picture(name, &png)
    }

    /// Closes the browser.
    ///
    /// # Errors
    /// When it does not close.
    pub async fn close(self) -> Result<()> {
        self.client.clone().close().await.context("close the browser")
    }
}

/// Signs somebody in and goes to a page.
///
/// # Errors
/// When the form is not there, or the browser does not follow.
pub async fn sign_in(browser: &Browser, showroom: &Showroom, account: &str, page: &str) -> Result<()> {
    browser.go(&format!("{}/sign-in", showroom.gateway().http())).await?;
    browser.find("input[name=account]").await?.send_keys(account).await?;
    browser.find("input[name=password]").await?.send_keys(showroom.password()).await?;
    browser.find("button[type=submit]").await?.click().await?;
    // The way in leads on to a page of its own, and would overtake where one goes meanwhile.
    browser.left("/sign-in").await?;
    browser.go(&format!("{}{page}", showroom.gateway().http())).await
}
