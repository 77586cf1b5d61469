//! `[channels]`: how people are reached beside the open page. All of it is off unless it stands in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use shared::ids::StaffId;

use super::{Faults, duration};
use crate::mqtt::Password;
use crate::notify::{
    Address, Client, PushSetup, RobotSetup, SigningKey, Subscriptions, VapidKey, WebhookSetup, WecomSetup,
};

/// `[channels]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelsConfig {
    /// One call to a receiver outside takes at most so long, 1 to 30 s.
    #[serde(with = "duration")]
    pub timeout: TimeDelta,
    /// PEM file of the authority that signed the receivers' certificates; without it, those of the system. Push services, which browsers
    /// choose, may have either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// 企业微信 the application.
    pub wecom: WecomConfig,
    /// 企业微信 the group's robot.
    pub robot: RobotConfig,
    /// Browsers' push services.
    pub push: PushConfig,
    /// Receivers of the showroom's own.
    pub webhooks: Vec<WebhookConfig>,
}

impl Default for ChannelsConfig {
    fn default() -> Self {
        Self {
            timeout: TimeDelta::seconds(5),
            ca_file: None,
            wecom: WecomConfig::default(),
            robot: RobotConfig::default(),
            push: PushConfig::default(),
            webhooks: Vec::new(),
        }
    }
}

/// `[channels.wecom]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WecomConfig {
    /// Where the API is.
    pub api: String,
    /// 企业ID
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corp_id: Option<String>,
    /// 应用的 `AgentId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<u32>,
    /// Secret
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Password>,
    /// The WeCom account of each member of staff.
    pub people: BTreeMap<StaffId, String>,
}

impl Default for WecomConfig {
    fn default() -> Self {
        Self {
            api: "https://qyapi.weixin.qq.com".to_owned(),
            corp_id: None,
            agent_id: None,
            secret: None,
            people: BTreeMap::new(),
        }
    }
}

/// `[channels.robot]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RobotConfig {
    /// The robot's webhook address; its key makes it a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Password>,
}

/// `[channels.push]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushConfig {
    /// Whom the operator of a push service may write to: `mailto:…` or `https://…`. It switches the channel on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Phones may name a push service inside the house or on this machine.
    pub local: bool,
}

/// `[[channels.webhooks]]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// A short name for the records.
    pub name: String,
    /// Where it is. An address may carry a key, so it is a secret.
    pub url: Password,
    /// `whsec_…`, by which the receiver checks signatures.
    pub secret: Password,
    /// Whose alerts it gets; everybody's where empty.
    #[serde(default)]
    pub staff: BTreeSet<StaffId>,
}

const URL: &str = "must be https://…, or http:// to this machine";

impl ChannelsConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let fine = self.timeout >= TimeDelta::seconds(1) && self.timeout <= TimeDelta::seconds(30);
        faults.unless(fine, "channels.timeout", "must be from 1s to 30s");
        let wecom = &self.wecom;
        faults.unless(Address::parse(&wecom.api).is_some(), "channels.wecom.api", URL);
        let parts = [
            ("channels.wecom.corp_id", wecom.corp_id.is_some()),
            ("channels.wecom.agent_id", wecom.agent_id.is_some()),
            ("channels.wecom.secret", wecom.secret.is_some()),
        ];
        let on = parts.iter().any(|(_, set)| *set);
        for (key, set) in parts {
            faults.unless(set || !on, key, "is missing, though other keys of the application are set");
        }
        let robot = self.robot.url.as_ref();
        faults.unless(robot.is_none_or(|url| Address::parse(url.reveal()).is_some()), "channels.robot.url", URL);
        let subject = self.push.subject.as_deref();
        let fine = subject.is_none_or(names_somebody);
        faults.unless(fine, "channels.push.subject", "must be mailto:somebody@example.com, or https://…");
        faults.unless(
            subject.is_some() || !self.push.local,
            "channels.push.subject",
            "is missing, though local is set",
        );
        let mut names = BTreeSet::new();
        for (at, webhook) in self.webhooks.iter().enumerate() {
            let key = |name: &str| format!("channels.webhooks[{at}].{name}");
            let unique = webhook.name.parse::<StaffId>().is_ok() && names.insert(&webhook.name);
            faults.unless(unique, &key("name"), "must be 1-32 of a-z, 0-9, \"-\" and \"_\", each name once");
            faults.unless(Address::parse(webhook.url.reveal()).is_some(), &key("url"), URL);
            let signs = SigningKey::parse(webhook.secret.reveal()).is_some();
            faults.unless(signs, &key("secret"), "must be whsec_ and 24 to 64 bytes in Base64");
        }
    }

    /// The receivers of the showroom's own.
    #[must_use]
    pub fn webhooks(&self) -> Vec<WebhookSetup> {
        let setup = |webhook: &WebhookConfig| {
            Some(WebhookSetup {
                name: webhook.name.clone(),
                address: Address::parse(webhook.url.reveal())?,
                key: SigningKey::parse(webhook.secret.reveal())?,
                staff: webhook.staff.clone(),
            })
        };
        self.webhooks.iter().filter_map(setup).collect()
    }

    /// The application, where it is set.
    #[must_use]
    pub fn wecom(&self) -> Option<WecomSetup> {
        let wecom = &self.wecom;
        Some(WecomSetup {
            api: Address::parse(&wecom.api)?,
            corp_id: wecom.corp_id.clone()?,
            agent_id: wecom.agent_id?,
            secret: wecom.secret.as_ref()?.reveal().to_owned(),
            people: wecom.people.clone(),
        })
    }

    /// The group's robot, where it is set.
    #[must_use]
    pub fn robot(&self) -> Option<RobotSetup> {
        Some(RobotSetup { address: Address::parse(self.robot.url.as_ref()?.reveal())? })
    }

    /// Browsers' push services, where they are set: `key` names the gateway to them.
    #[must_use]
    pub fn push(&self, client: Client, key: Option<VapidKey>, subscriptions: Subscriptions) -> Option<PushSetup> {
        let subject = self.push.subject.clone()?;
        Some(PushSetup { client, key: key?, subject, local: self.push.local, subscriptions })
    }
}

/// Whether a service's operator could write there (RFC 8292 §2.1).
fn names_somebody(subject: &str) -> bool {
    let visible = subject.len() <= 200 && subject.bytes().all(|byte| byte.is_ascii_graphic());
    let mail = subject.strip_prefix("mailto:").and_then(|mail| mail.split_once('@'));
    let mail = mail.is_some_and(|(who, at)| !who.is_empty() && at.contains('.') && !at.contains('@'));
    visible && (mail || subject.starts_with("https://") && Address::parse(subject).is_some())
}
