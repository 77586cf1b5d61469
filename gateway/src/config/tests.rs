//! The configuration as the person at the showroom meets it.

use std::collections::BTreeSet;
use std::path::Path;

use shared::wire::Purpose;

use super::*;
use crate::domain::floor::rules::FloorRules;
use crate::domain::roster::Role;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_text("gateway.toml", text, variables(pairs)).and_then(Config::judged)
}

#[track_caller]
fn check_faults(text: &str, pairs: &[(&str, &str)], expect: &[&str]) {
    let told = read(text, pairs).unwrap_err().to_string();
    let mut lines: Vec<_> = told.lines().collect();
    // The order is TOML's own; what counts is that all are there.
    let mut expect = expect.to_vec();
    lines.sort_unstable();
    expect.sort_unstable();
    assert_eq!(lines.len(), expect.len(), "{told}");
    for (line, expect) in lines.iter().zip(expect) {
        assert!(line.strip_prefix("configuration: ").is_some_and(|line| line.starts_with(expect)), "{line}\n{expect}");
    }
}

#[test]
fn the_example_says_the_defaults() {
    let example = read(EXAMPLE, &[]).unwrap();
    assert_eq!(example, Config::default());
    assert_eq!(read("", &[]).unwrap(), example);
    assert_eq!(example.catalogue.wordings.len(), 2);
    let speech = example.speech.speech(&example.store.brand);
    assert_eq!(speech, crate::domain::floor::speech::Speech::default());
}

#[test]
fn the_example_lists_every_key_and_no_other() {
    let mut listed = BTreeSet::new();
    let mut section = String::new();
    let mut uncommented = String::new();
    for line in EXAMPLE.lines() {
        let key = |rest: &&str| rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase());
        uncommented.push_str(line.strip_prefix('#').filter(key).unwrap_or(line));
        uncommented.push('\n');
    }
    for line in uncommented.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.trim_matches(['[', ']']).to_owned();
        } else if let Some((key, value)) = line.split_once(" = ")
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && !section.starts_with("catalogue.")
            && !["screens.opening", "speech.questions", "checklist.items", "channels.webhooks", "channels.wecom.people"]
                .contains(&section.as_str())
        {
            if value.starts_with("{ zh") {
                listed.extend([format!("{section}.{key}.zh"), format!("{section}.{key}.en")]);
            } else {
                listed.insert(format!("{section}.{key}"));
            }
        }
    }
    assert_eq!(listed, environment::KEYS.iter().map(|key| (*key).to_owned()).collect());
    // What is commented out reads as well, where it does not contradict itself.
    let mut table: toml::Table = uncommented.parse().unwrap();
    let mqtt = table.get_mut("mqtt").unwrap().as_table_mut().unwrap();
    mqtt.retain(|key, _| !["url", "username", "password", "ca_file"].contains(&key));
    let all = read(&table.to_string(), &[]).unwrap();
    assert_eq!(all.catalogue.models.len(), 1);
    assert!(all.web.tls.is_some());
}

#[test]
fn every_variable_is_taken_by_its_key() {
    let printed: toml::Table = Config::default().print().unwrap().parse().unwrap();
    for &key in environment::KEYS {
        let value = match reading::find(&printed, key) {
            Some(toml::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => match key {
                "web.visitor_listen" => "127.0.0.1:1".to_owned(),
                "web.lan_address" => "127.0.0.1".to_owned(),
                "screens.sound" | "web.guest_wifi.hidden" => "false".to_owned(),
                "channels.wecom.agent_id" => "1000002".to_owned(),
                _ => "x".to_owned(),
            },
        };
        let variable = environment::variable_of(key);
        let taken = Config::from_text("", "", variables(&[(&variable, &value)]));
        // A certificate alone lacks its other half, which shows that the key was found.
        let other_half = key.starts_with("web.tls.");
        assert!(taken.is_ok() || other_half, "{variable}={value}: {taken:?}");
    }
}

#[test]
fn file_is_overridden_by_variables_and_both_by_flags() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("gateway.toml");
    std::fs::write(
        &file,
        "[data]\ndir = '/a'\n[web]\nlisten = '127.0.0.1:1'\nalive = '2s'\n[mqtt]\nlisten = '127.0.0.1:2'",
    )
    .unwrap();
    let flags = Flags { data: Some("/c".into()), http: None, mqtt: "127.0.0.1:4".parse().ok() };
    let pairs = [
        ("YINGBIN_DATA_DIR", "/b"),
        ("YINGBIN_WEB_LISTEN", "127.0.0.1:3"),
        ("YINGBIN_LOG_JSON", "true"),
        ("YINGBIN_MQTT_MAX_CONNECTIONS", "7"),
        ("YINGBIN_CATALOGUE_LANGUAGES", "[\"en\"]"),
        ("YINGBIN_STORE_NAME_ZH", "123"),
        ("YINGBIN_STORE_NAME_EN", "true"),
        ("YINGBIN_KIOSK_DATA", "ignored"),
        ("HOME", "/x"),
    ];
    let config = Config::read(Some(&file), variables(&pairs), &flags).unwrap();
    assert_eq!(config.data.dir, Path::new("/c"));
    assert_eq!((config.web.listen.port(), config.mqtt.listen.port()), (3, 4));
    assert_eq!((config.web.alive.as_secs(), config.log.json, config.mqtt.max_connections), (2, true, 7));
    assert_eq!(config.catalogue.languages, vec![shared::wire::Language::En]);
    assert_eq!((config.store.name.zh.as_str(), config.store.name.en.as_str()), ("123", "true"));
}

#[test]
fn pools_that_are_not_said_are_those_of_the_standard() {
    let pairs = [("YINGBIN_FLOOR_POOLS_TEST_DRIVE", "['consultant', 'advisor']")];
    let rules = FloorRules::from(&read("[floor.pools]\nservice = ['consultant']", &pairs).unwrap().floor);
    assert_eq!(rules.pools.of(Purpose::Service), [Role::Consultant]);
    assert_eq!(rules.pools.of(Purpose::TestDrive), [Role::Consultant, Role::Advisor]);
    assert_eq!(rules.pools.of(Purpose::Complaint), [Role::Care]);
}

#[test]
fn every_fault_is_told_on_a_line_with_its_path() {
    check_faults("[web]\nlissten = 1", &[], &["web.lissten: unknown field"]);
    check_faults("[wep]\nlisten = 1", &[], &["wep: unknown field"]);
    check_faults("web = 3", &[], &["web: invalid type"]);
    check_faults("[web]\nlisten = 'here'", &[], &["web.listen: must be ADDRESS:PORT"]);
    check_faults("[web]\nlisten = ", &[], &["gateway.toml:2: "]);
    check_faults("[floor]\ntwo = '4'", &[], &["floor.two: a duration is"]);
    check_faults("[floor.pools]\nrepair = ['advisor']", &[], &["floor.pools.repair: unknown field"]);
    check_faults("[floor.pools]\nservice = ['mechanic']", &[], &["floor.pools.service[0]: unknown variant `mechanic`"]);
    for roles in ["[]", "['manager']", "['advisor', 'advisor']"] {
        check_faults(
            &format!("[floor.pools]\nservice = {roles}"),
            &[],
            &["floor.pools.service: must name one or more"],
        );
    }
    check_faults("[store]\nzone = 'Mars/Base'", &[], &["store.zone: must be a time zone"]);
    check_faults("[store]\nid = 'A B'", &[], &["store.id: a name here"]);
    check_faults("[store]\nbrand = { zh = 'x' }", &[], &["store.brand: missing field `en`"]);
    // Yellow, and no colour at all.
    check_faults("[store]\naccent = '#ffcc00'", &[], &["store.accent: must be a colour"]);
    check_faults("[store]\naccent = 'red'", &[], &["store.accent: must be a colour"]);
    for logo in ["../logo.png", "/etc/logo.png", "brand/logo.svg", ""] {
        let text = format!("[store]\nlogo = '{logo}'\n[catalogue]\npictures = '/p'");
        check_faults(&text, &[], &["store.logo: must be a .png or .jpg file"]);
    }
    check_faults("[store]\nlogo = 'brand/logo.png'", &[], &["store.logo: needs catalogue.pictures"]);
    check_faults("[web.tls]\ncert = 'x'", &[], &["web.tls: missing field `key`"]);
    check_faults(
        "[[catalogue.models]]\nid = 'a'\nzh = 'a'\nen = 'a'\n[[catalogue.models]]\nid = '/'\nzh = 'a'\nen = 'a'",
        &[],
        &["catalogue.models[1].id: a name here"],
    );
    check_faults("", &[("YINGBIN_COLOUR", "red")], &["YINGBIN_COLOUR: sets no key"]);
    check_faults("", &[("YINGBIN_WEB_ALIVE", "soon")], &["web.alive (from YINGBIN_WEB_ALIVE): a duration is"]);
    check_faults("web = 3", &[("YINGBIN_WEB_ALIVE", "2s")], &["web.alive: must be a section", "web: invalid type"]);
    check_faults("[mqtt]\nmax_connections = 0", &[], &["mqtt.max_connections: must be 1 to 10000"]);
    let subject = "channels.push.subject: must be mailto:";
    for bad in
        ["it@example.com", "mailto:it", "mailto:@example.com", "mailto:it@box", "http://example.com", "https:///", ""]
    {
        check_faults(&format!("[channels.push]\nsubject = '{bad}'"), &[], &[subject]);
    }
    check_faults("[channels.push]\nlocal = true", &[], &["channels.push.subject: is missing, though local is set"]);
    check_faults("[log]\nlevel = 'loud'", &[], &["log.level: must be"]);
    check_faults("[vault]\nkey_file = 'gateway-data/key'", &[], &["vault.key_file: must be outside"]);
}

#[test]
fn all_faults_are_told_at_once() {
    check_faults(
        "[web]\nlisten = 'x'\nalive = 7\ncolour = 'red'\n[mqtt]\nlisten = 5\n[floor]\nbreach = 'x'",
        &[("YINGBIN_LOG_JSON", "maybe")],
        &[
            "web.listen: ",
            "web.alive: ",
            "web.colour: unknown field",
            "mqtt.listen: ",
            "floor.breach: ",
            "log.json (from YINGBIN_LOG_JSON): ",
        ],
    );
    check_faults(
        "[floor]\ntwo = '1s'\neveryone = '25h'\n[store]\nname = { zh = ' ', en = '' }\n[catalogue]\npurposes = []\nlanguages = ['zh', 'zh']",
        &[],
        &[
            "store.name.zh: must not be empty",
            "store.name.en: must not be empty",
            "floor.everyone: must be from 100ms to 24h",
            "floor.two: must not be shorter than floor.second",
            "floor.breach: must not be shorter than floor.everyone",
            "catalogue.purposes: must not be empty",
            "catalogue.languages: name the same twice",
        ],
    );
    check_faults(
        "[[catalogue.wordings]]\npurpose = 'contact'\nversion = ''\nzh = '{processor}'\nen = '{processor} {contact}'",
        &[],
        &["catalogue.wordings[0].version: ", "catalogue.wordings[0].zh: must name"],
    );
}

#[test]
fn a_phone_says_that_it_is_alive_before_it_is_taken_for_dark() {
    check_faults("[floor]\nlive = '5s'", &[], &["floor.live: must be longer than web.alive"]);
    check_faults("[floor]\nlive = '20s'\n[web]\nalive = '20s'", &[], &["floor.live: must be longer than web.alive"]);
    assert_eq!(read("[floor]\nlive = '5s'\n[web]\nalive = '2s'", &[]).unwrap().validate(), Vec::new());
}

#[test]
fn printing_hides_secrets_and_names_what_is_not_set() {
    let text = "[mqtt]\nurl = 'mqtt://b'\nusername = 'gateway'\npassword = 'geheim'";
    let printed = read(text, &[]).unwrap().print().unwrap();
    assert!(!printed.contains("geheim") && printed.contains("password = \"***\""), "{printed}");
    assert!(printed.contains("# not set: web.tls.cert\n") && !printed.contains("# not set: mqtt.url"), "{printed}");
    assert!(printed.contains("everyone = \"7s\""), "{printed}");
    let default = Config::default();
    assert_eq!(read(&default.print().unwrap(), &[]).unwrap(), default);
}

#[test]
fn consent_texts_name_the_company() {
    let mut config = Config::default();
    let advised = |config: &Config| config.advice().into_iter().map(|fault| fault.key).collect::<Vec<_>>();
    assert_eq!(advised(&config), ["store.id", "store.processor", "store.contact", "catalogue.models"]);
    let sample = sample();
    sample.furnish(&mut config);
    // The demo is the sample.
    assert_eq!(advised(&config), ["store.id"]);
    config.catalogue.pictures = Some("/no/such/folder".into());
    config.vault.contacts_kept = chrono::TimeDelta::days(400);
    assert_eq!(advised(&config), ["store.id", "catalogue.pictures", "vault.contacts_kept"]);
    for wording in config.catalogue.wordings(&config.store) {
        assert!(wording.zh.contains(&config.store.processor.zh) && wording.en.contains(&config.store.contact.en));
        assert!(!wording.zh.contains('{') && !wording.en.contains('{'));
    }
}

#[test]
fn chinese_texts_have_chinese_punctuation() {
    let config = Config::default();
    let speech = config.speech;
    let wordings = config.catalogue.wordings;
    let texts = [speech.greeting.zh, speech.again.zh, speech.quiet.zh, speech.apology.zh];
    for text in texts.iter().chain(wordings.iter().map(|wording| &wording.zh)) {
        assert!(!text.contains([',', '?', ':', ';', '(', ')']), "{text}");
        assert!(text.contains('\u{FF0C}'), "{text}");
    }
}

#[test]
fn the_sample_showroom_is_furnished() {
    let sample = sample();
    let mut config = Config::default();
    sample.furnish(&mut config);
    assert_eq!(config.validate(), Vec::new());
    assert_eq!((config.store.brand.en.as_str(), config.catalogue.models.len()), ("Xinghe Motors", 6));
    let roles: Vec<_> =
        sample.staff.iter().map(|staff| (staff.id.as_str(), staff.role.as_str(), staff.senior)).collect();
    assert_eq!(
        roles,
        [
            ("lin", "manager", false),
            ("wang", "consultant", false),
            ("chen", "consultant", false),
            ("li", "consultant", true),
            ("zhao", "reception", false),
            ("sun", "advisor", false),
            ("he", "care", false),
        ]
    );
    assert!(crate::web::password::verify(&sample.password, Some(&sample.password_hash)));
    assert_eq!(sample.devices.len(), 1);

    let mut own = Config::default();
    own.store.brand = Bilingual::new("东风", "Own");
    own.catalogue.models = sample.models[..1].to_vec();
    sample.furnish(&mut own);
    assert_eq!((own.store.brand.en.as_str(), own.catalogue.models.len()), ("Own", 1));
}
