//! Somebody who signed in, and speaks HTTP.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// What somebody is employed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sells cars.
    Consultant,
    /// Receives visitors.
    Reception,
    /// Service advisor.
    Advisor,
    /// Customer care.
    Care,
    /// Leads.
    Manager,
    /// Runs the system.
    Admin,
}

impl Role {
    /// The role as the command line takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consultant => "consultant",
            Self::Reception => "reception",
            Self::Advisor => "advisor",
            Self::Care => "care",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct Session {
    client: Client,
    base: String,
    account: String,
    token: String,
}

impl Session {
    /// Signs in.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sign_in(base: &str, account: &str, password: &str) -> Result<Self> {
        let client = Client::builder().tcp_nodelay(true).build()?;
        let url = format!("{base}/api/v1/sessions");
        let answer = client.post(url).json(&json!({"account": account, "password": password})).send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "{account} could not sign in: {status} {}", answer.text().await?);
        let body: Value = answer.json().await?;
        let token = body.get("token").and_then(Value::as_str).context("a token")?.to_owned();
        Ok(Self { client, base: base.to_owned(), account: account.to_owned(), token })
    }

    /// A request with this session's token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// A request that must succeed; gives its body (`null` when it is empty).
    ///
    /// # Errors
    /// When it is refused, or its body is no JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let answer = self.answer(method.clone(), path, body).await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{method} {path} by {}: {status} {text}", self.account);
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text).context("a body in JSON") }
    }

    /// A request that must be refused; gives status and problem document.
    ///
    /// # Errors
    /// When it succeeds, or the refusal is no problem document.
    pub async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> Result<(StatusCode, Value)> {
        let answer = self.answer(method.clone(), path, body).await?;
        let status = answer.status();
        ensure!(!status.is_success(), "{method} {path} by {} was not refused", self.account);
        problem(answer).await.map(|problem| (status, problem))
    }

    async fn answer(&self, method: Method, path: &str, body: Option<Value>) -> Result<Response> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.with_context(|| path.to_owned())
    }

    /// Sets the own presence.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn presence(&self, presence: &str) -> Result<()> {
        self.call(Method::PUT, "/api/v1/me/presence", Some(json!({ "presence": presence }))).await.map(|_| ())
    }

    /// The bearer token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The account's name.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// A file or page as bytes.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn fetch(&self, path: &str) -> Result<Vec<u8>> {
        let answer = self.request(Method::GET, path).send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        ensure!(status.is_success(), "GET {path}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok(bytes.to_vec())
    }
}

/// Reads a problem document and checks that it is one.
///
/// # Errors
/// When it is none.
pub async fn problem(answer: Response) -> Result<Value> {
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let text = answer.text().await?;
    ensure!(kind.starts_with("application/problem+json"), "no problem document but {kind}: {text}");
    let problem: Value = serde_json::from_str(&text)?;
    ensure!(problem.get("code").is_some_and(Value::is_string), "a problem without a code: {problem}");
    Ok(problem)
}
