//! Starting and stopping: configuration, ports, folders, commands beside a running gateway, and what watches it.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::process::Process;
use tests::programs;
use tests::world::{Certificate, Gateway, PASSWORD, Role, Session, Setup, Showroom};

/// Starts a gateway that must end by itself; gives its exit code and what it said.
async fn refused(data: &Path, setup: &Setup) -> Result<(i32, Vec<String>)> {
    let beside = tempfile::tempdir()?;
    let mut process = Gateway::launch(data, beside.path(), setup)?;
    let status = process.end().await?;
    assert!(process.out.all().iter().all(|line| !line.starts_with("ready")), "it said that it is ready");
    Ok((status.code().context("killed")?, process.err.all()))
}

#[tokio::test]
async fn a_wrong_configuration_is_refused_with_the_keys_path() -> Result<()> {
    let cases = [
        ("colour = 1\n", "colour"),
        ("[mqtt]\ncolour = 1\n", "mqtt.colour"),
        ("[mqtt]\nmax_connections = 0\n", "mqtt.max_connections"),
        ("[mqtt]\nurl = \"http://example.test\"\n", "mqtt.url"),
        ("[web]\nalive = \"90s\"\n", "web.alive"),
        ("[web]\nsession = \"soon\"\n", "web.session"),
        ("[web]\npublic_url = \"showroom\"\n", "web.public_url"),
        ("[web]\nconnections = \"many\"\n", "web.connections"),
    ];
    for (config, path) in cases {
        let data = tempfile::tempdir()?;
        let setup = Setup { config: Some(config.to_owned()), ..Setup::default() };
        let (code, said) = refused(&data.path().join("data"), &setup).await?;
        assert_eq!(code, 2, "{config}: {said:?}");
        let naming: Vec<_> = said.iter().filter(|line| line.contains(path)).collect();
        assert_eq!(naming.len(), 1, "one line should name {path}: {said:#?}");
        assert!(!data.path().join("data/log").exists(), "a folder was made for a configuration that is refused");
    }
    let data = tempfile::tempdir()?;
    let both = "[web]\nalive = \"90s\"\n\n[mqtt]\nmax_connections = 0\n".to_owned();
    let (code, said) = refused(&data.path().join("data"), &Setup { config: Some(both), ..Setup::default() }).await?;
    let all = said.join("\n");
    assert!(
        code == 2 && all.contains("web.alive") && all.contains("mqtt.max_connections"),
        "every fault at once: {all}"
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_certificate_key_or_authority_is_a_wrong_configuration() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (own, other) =
        (Certificate::make(&folder.path().join("own"))?, Certificate::make(&folder.path().join("other"))?);
    let (cert, key, nothing) = (own.chain(), own.key(), folder.path().join("nothing.pem"));
    let strange = other.key();
    let cases = [
        (format!("[web.tls]\ncert = {nothing:?}\nkey = {key:?}\n"), "web.tls.cert"),
        (format!("[web.tls]\ncert = {key:?}\nkey = {key:?}\n"), "web.tls.cert"),
        (format!("[web.tls]\ncert = {cert:?}\nkey = {nothing:?}\n"), "web.tls.key"),
        (format!("[web.tls]\ncert = {cert:?}\nkey = {strange:?}\n"), "web.tls.key"),
        (format!("[mqtt]\ntls_cert = {nothing:?}\ntls_key = {key:?}\n"), "mqtt.tls_cert"),
        (format!("[mqtt]\ntls_cert = {cert:?}\ntls_key = {cert:?}\n"), "mqtt.tls_key"),
        (format!("[mqtt]\ntls_cert = {cert:?}\ntls_key = {strange:?}\n"), "mqtt.tls_key"),
        (format!("[mqtt]\nurl = \"mqtts://127.0.0.1:9\"\nca_file = {nothing:?}\n"), "mqtt.ca_file"),
        (format!("[mqtt]\nurl = \"mqtts://127.0.0.1:9\"\nca_file = {key:?}\n"), "mqtt.ca_file"),
        (format!("[channels]\nca_file = {nothing:?}\n"), "channels.ca_file"),
    ];
    for (config, path) in cases {
        let data = tempfile::tempdir()?;
        let setup = Setup { config: Some(config.clone()), ..Setup::default() };
        let (code, said) = refused(&data.path().join("data"), &setup).await?;
        assert_eq!(code, 2, "{config}: {said:?}");
        assert!(said.len() == 1 && said[0].contains(path), "one line should name {path}: {said:#?}");
        assert!(!data.path().join("data").exists(), "a folder was made for a configuration that is refused");
    }
    let both = format!("[web.tls]\ncert = {nothing:?}\nkey = {key:?}\n[channels]\nca_file = {nothing:?}\n");
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, &both)?;
    let mut command = Command::new(programs::gateway()?);
    let mut check = Process::start("check", command.args(["config", "check", "--config"]).arg(&file))?;
    assert_eq!(check.end().await?.code(), Some(2), "{}", check.err.tail());
    let all = check.err.all().join("\n");
    assert!(all.contains("web.tls.cert") && all.contains("channels.ca_file"), "every fault at once: {all}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_configuration_of_a_kiosk_is_refused_with_the_keys_path() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (config, path) in
        [("colour = 1\n", "colour"), ("[mqtt]\nurl = 7\n", "mqtt.url"), ("kiosk = \"K 1\"\n", "kiosk")]
    {
        let file = folder.path().join("kiosk.toml");
        std::fs::write(&file, config)?;
        let mut command = Command::new(programs::kiosk()?);
        let mut kiosk = Process::start("kiosk", command.arg("--config").arg(&file).arg("--headless"))?;
        let status = kiosk.end().await?;
        assert_eq!(status.code(), Some(2), "{config}: {}", kiosk.err.tail());
        let naming = kiosk.err.all().iter().filter(|line| line.contains(path)).count();
        assert_eq!(naming, 1, "one line should name {path}: {}", kiosk.err.tail());
    }
    Ok(())
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_in_one_line() -> Result<()> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    for mqtt in [false, true] {
        let folder = tempfile::tempdir()?;
        let address = Some(address.clone());
        let setup = if mqtt {
            Setup { mqtt: address, ..Setup::default() }
        } else {
            Setup { http: address, ..Setup::default() }
        };
        let (code, said) = refused(&folder.path().join("data"), &setup).await?;
        assert!(code != 0);
        let port = taken.local_addr()?.port().to_string();
        let naming: Vec<_> = said.iter().filter(|line| line.contains(&port)).collect();
        assert_eq!(naming.len(), 1, "{said:#?}");
        let flag = if mqtt { "mqtt" } else { "http" };
        assert!(naming[0].contains(flag) || naming[0].contains("web"), "it says what to change: {naming:?}");
        assert!(!folder.path().join("data").exists(), "a start that failed left a new folder");
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_in_use_is_named_with_whoever_uses_it() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (code, said) = refused(&showroom.data(), &Setup::default()).await?;
    assert!(code != 0);
    let holder = showroom.gateway().id().to_string();
    let naming = said.iter().filter(|line| line.contains(&holder)).count();
    assert_eq!(naming, 1, "one line should name the process {holder}: {said:#?}");
    showroom.finish().await
}

#[tokio::test]
async fn a_showrooms_name_is_not_changed_on_what_it_has_recorded() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    assert!(showroom.gateway_mut().stop().await?.success());
    let setup = Setup { env: vec![("YINGBIN_STORE_ID".to_owned(), "north".to_owned())], ..Setup::default() };
    let (code, said) = refused(&showroom.data(), &setup).await?;
    let naming = said.iter().filter(|line| line.contains("\"demo\"") && line.contains("store.id")).count();
    assert!(code == 2 && naming == 1, "{code}: {said:#?}");
    showroom.start_again().await?;
    showroom.sign_in("wang").await?;
    showroom.finish().await
}

#[tokio::test]
async fn commands_without_the_configuration_speak_of_the_showroom_that_the_folder_is_of() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, again) = (path("data"), path("again"));
    let run = |data: &str, command: &[&str]| -> Result<String> {
        let done = programs::run_gateway(&[command, &["--data", data]].concat(), PASSWORD)?;
        ensure!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8(done.stdout)?)
    };
    run(&data, &["account", "add", "wang", "--role", "consultant", "--password-stdin"])?;
    let north = Setup { env: vec![("YINGBIN_STORE_ID".to_owned(), "north".to_owned())], ..Setup::default() };
    let mut gateway =
        Gateway::start(Path::new(&data), folder.path(), &north).await.context("the first to serve names it")?;
    ensure!(gateway.stop().await?.success());
    run(&data, &["verify"])?;
    run(&data, &["backup", "--to", &path("a.ybk"), "--keys", &path("a.keys")])?;
    run(&again, &["restore", "--from", &path("a.ybk"), "--keys", &path("a.keys")])?;
    run(&again, &["verify"])?;
    let device = run(&again, &["device", "add", "k1", "--kind", "kiosk"])?;
    assert_eq!(serde_json::from_str::<Value>(&device)?["store"], "north");
    let mut gateway =
        Gateway::start(Path::new(&again), folder.path(), &north).await.context("what was restored is north's")?;
    ensure!(gateway.stop().await?.success());
    Ok(())
}

#[tokio::test]
async fn commands_work_beside_a_running_gateway_and_without_one() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    showroom.sign_in("wang").await?;
    assert!(showroom.gateway_mut().stop().await?.success());
    showroom.hire("chen", Role::Consultant, &["--senior", "--languages", "zh,en"])?;
    let credentials = showroom.register("k1", "kiosk")?;
    assert_eq!((credentials.store.as_str(), credentials.name.as_str()), ("demo", "k1"));
    showroom.start_again().await?;
    for account in ["wang", "chen"] {
        showroom.sign_in(account).await?;
    }
    let wrong = Session::sign_in(showroom.gateway().http(), "wang", "guessed").await;
    assert!(wrong.is_err_and(|error| error.to_string().contains("401")));
    let socket = std::fs::metadata(showroom.data().join("control.sock"))?;
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&socket.permissions()) & 0o777, 0o600);
    let nobody = showroom.command(&["account", "add", "K 1", "--role", "consultant", "--password-stdin"], PASSWORD);
    assert!(nobody.is_err(), "a name that is none was taken");
    showroom.finish().await
}

#[tokio::test]
async fn whoever_watches_the_gateway_gets_an_answer() -> Result<()> {
    let showroom = Showroom::start().await?;
    let base = showroom.gateway().http().to_owned();
    for path in ["/healthz", "/readyz"] {
        let answer = reqwest::get(format!("{base}{path}")).await?;
        assert_eq!(answer.status().as_u16(), 200, "{path}: {}", answer.text().await?);
    }
    let metrics = showroom.metrics().await?;
    assert!(metrics.text().lines().any(|line| !line.starts_with('#')), "{}", metrics.text());
    let described: Value = reqwest::get(format!("{base}/api/openapi.json")).await?.json().await?;
    let paths = described["paths"].as_object().context("paths")?;
    for path in ["/api/v1/sessions", "/api/v1/me/stream", "/api/v1/alerts/{alert}/accept", "/api/v1/visits/{visit}/end"]
    {
        assert!(paths.contains_key(path), "{path} is not described: {:?}", paths.keys());
    }
    let nothing = reqwest::get(format!("{base}/api/v1/nothing")).await?;
    assert_eq!(nothing.status().as_u16(), 404);
    assert_eq!(tests::world::problem(nothing).await?["code"], "not_found");
    showroom.finish().await
}

#[tokio::test]
async fn guessing_a_password_becomes_slow() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    let mut last = String::new();
    for _ in 0..8 {
        let wrong = Session::sign_in(showroom.gateway().http(), "wang", "guessed").await;
        last = wrong.err().map(|error| error.to_string()).context("a wrong password was taken")?;
    }
    assert!(last.contains("429"), "after eight wrong passwords: {last}");
    showroom.finish().await
}
