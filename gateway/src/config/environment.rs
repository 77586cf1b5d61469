//! Keys that environment variables may set: the key's path in capitals, `_` for `.`, behind `YINGBIN_`. So
//! `YINGBIN_WEB_LISTEN` is `web.listen` and `YINGBIN_FLOOR_MANAGER_RENEW` is `floor.manager_renew`.
//!
//! A value is taken as text, and where the key wants something else, as TOML: `YINGBIN_LOG_JSON=true`,
//! `YINGBIN_CATALOGUE_LANGUAGES='["en", "zh"]'`. Lists of tables (models, wordings) belong into the file.

/// Every variable begins like this.
pub(super) const PREFIX: &str = "YINGBIN_";

/// Variables of the kiosk, which may run on the same machine.
const KIOSK: &str = "YINGBIN_KIOSK_";

/// The short name that kiosk and gateway share for what they print.
const LOG: &str = "YINGBIN_LOG";

/// Every key but the lists of tables.
pub(super) const KEYS: &[&str] = &[
    "store.id",
    "store.zone",
    "store.name.zh",
    "store.name.en",
    "store.brand.zh",
    "store.brand.en",
    "store.accent",
    "store.logo",
    "store.processor.zh",
    "store.processor.en",
    "store.contact.zh",
    "store.contact.en",
    "data.dir",
    "data.snapshot_events",
    "vault.key_file",
    "vault.contacts_kept",
    "web.listen",
    "web.tls.cert",
    "web.tls.key",
    "web.public_url",
    "web.visitor_listen",
    "web.lan_address",
    "web.guest_wifi.ssid",
    "web.guest_wifi.password",
    "web.guest_wifi.hidden",
    "web.session",
    "web.alive",
    "web.connections",
    "mqtt.listen",
    "mqtt.tls_cert",
    "mqtt.tls_key",
    "mqtt.max_connections",
    "mqtt.max_packet",
    "mqtt.url",
    "mqtt.username",
    "mqtt.password",
    "mqtt.ca_file",
    "floor.second",
    "floor.two",
    "floor.everyone",
    "floor.breach",
    "floor.manager_renew",
    "floor.greet_again",
    "floor.greet_manager",
    "floor.answer",
    "floor.still_with",
    "floor.close",
    "floor.undo",
    "floor.late",
    "floor.live",
    "floor.pushable",
    "floor.clock_step",
    "floor.promising",
    "floor.owned",
    "floor.join",
    "floor.code_kept",
    "floor.pools.browse",
    "floor.pools.model",
    "floor.pools.test_drive",
    "floor.pools.appointment",
    "floor.pools.collect",
    "floor.pools.service",
    "floor.pools.complaint",
    "floor.pools.quiet",
    "floor.pools.help",
    "floor.pools.other",
    "score.medium",
    "score.visits",
    "score.visits_most",
    "score.talk",
    "score.talk_most",
    "score.model",
    "score.model_most",
    "score.test_drives",
    "score.test_drives_most",
    "score.month",
    "score.quarter",
    "score.half_year",
    "score.budget",
    "diary.lasts",
    "diary.remind",
    "diary.grace",
    "diary.kept",
    "speech.greeting.zh",
    "speech.greeting.en",
    "speech.again.zh",
    "speech.again.en",
    "speech.quiet.zh",
    "speech.quiet.en",
    "speech.apology.zh",
    "speech.apology.en",
    "catalogue.purposes",
    "catalogue.languages",
    "catalogue.pictures",
    "screens.idle",
    "screens.countdown",
    "screens.staff_pin",
    "screens.sound",
    "channels.timeout",
    "channels.ca_file",
    "channels.wecom.api",
    "channels.wecom.corp_id",
    "channels.wecom.agent_id",
    "channels.wecom.secret",
    "channels.robot.url",
    "channels.push.subject",
    "channels.push.local",
    "log.level",
    "log.json",
];

/// The key that a variable sets; `Err` for one that is ours and sets nothing.
pub(super) fn key_of(variable: &str) -> Option<Result<&'static str, ()>> {
    if variable == LOG {
        return Some(Ok("log.level"));
    }
    if !variable.starts_with(PREFIX) || variable.starts_with(KIOSK) {
        return None;
    }
    Some(KEYS.iter().copied().find(|key| variable_of(key) == variable).ok_or(()))
}

/// The variable of a key.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_has_a_variable_of_its_own() {
        let variables: BTreeSet<_> = KEYS.iter().map(|key| variable_of(key)).collect();
        assert_eq!(variables.len(), KEYS.len());
        assert_eq!(key_of("YINGBIN_WEB_PUBLIC_URL"), Some(Ok("web.public_url")));
        assert_eq!(key_of("YINGBIN_MQTT_TLS_CERT"), Some(Ok("mqtt.tls_cert")));
        assert_eq!(key_of("YINGBIN_WEB_TLS_CERT"), Some(Ok("web.tls.cert")));
        assert_eq!(key_of("YINGBIN_LOG"), Some(Ok("log.level")));
        assert_eq!(key_of("YINGBIN_COLOUR"), Some(Err(())));
        assert_eq!(key_of("YINGBIN_KIOSK_DATA"), None);
        assert_eq!(key_of("HOME"), None);
    }
}
