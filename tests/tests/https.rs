//! HTTPS by certificate and key from the configuration, taken over anew without a restart.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use rumqttc::tokio_rustls::TlsConnector;
use rumqttc::tokio_rustls::rustls::pki_types::pem::PemObject as _;
use rumqttc::tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use rumqttc::tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tests::world::{Certificate, Device, Setup, Showroom, openssl};
use tests::{programs, wait};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Asks for a page over TLS, trusting one authority; gives the certificate shown and the answer.
async fn get(address: &str, authority: &Path, path: &str) -> Result<(Vec<u8>, String)> {
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_file(authority).context("the authority's certificate")?)?;
    let config = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(address).await?;
    let mut stream = connector.connect(ServerName::try_from("127.0.0.1")?, stream).await?;
    let shown =
        stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).context("a certificate")?.to_vec();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    // A server may close without TLS's own good-bye; what was read before counts.
    let _closed = stream.read_to_end(&mut answer).await;
    Ok((shown, String::from_utf8_lossy(&answer).into_owned()))
}

/// Asks without TLS.
async fn plain(address: &str, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("{request}\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_over_without_a_restart() -> Result<()> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("tls");
    let certificate = Certificate::make(&folder)?;
    let (chain, key) = (certificate.chain(), certificate.key());
    let config = format!("[web.tls]\ncert = {chain:?}\nkey = {key:?}\n");
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    assert!(showroom.gateway().http().starts_with("https://"), "{}", showroom.gateway().http());
    let address = showroom.gateway().http_address().to_owned();
    let authority = certificate.authority();
    let (first, answer) = get(&address, &authority, "/sign-in").await?;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Whoever types the address without its https is sent on; a password in the clear is not taken.
    let page = plain(&address, "GET /manage/leads?from=2026-11-01 HTTP/1.1").await?;
    assert!(page.starts_with("HTTP/1.1 307"), "{page}");
    assert!(page.contains(&format!("location: https://{address}/manage/leads?from=2026-11-01")), "{page}");
    let refused = plain(&address, "POST /sign-in HTTP/1.1").await?;
    assert!(refused.starts_with("HTTP/1.1 400") && refused.contains("https_only"), "{refused}");

    Certificate::make(&folder)?;
    let second = wait::until_async("the new certificate", || async {
        // Until it is taken over, the old one is not signed by the new authority.
        Ok(get(&address, &authority, "/sign-in").await.ok().map(|(shown, _)| shown))
    })
    .await?;
    assert_ne!(first, second);

    // Half a renewal: the old one stays in use, and the log says so.
    std::fs::write(&chain, "no certificate")?;
    let warned = wait::until("a word in the log", || {
        showroom.gateway().log().all().into_iter().find(|line| line.contains("WARN") && line.contains("server.pem"))
    })
    .await;
    warned?;
    let (third, _) = get(&address, &authority, "/sign-in").await?;
    assert_eq!(third, second);
    showroom.finish().await
}

/// Makes or renews a pair of the showroom's own authority; what the command says.
fn own_authority(folder: &Path, host: &str) -> Result<String> {
    let mut command = Command::new(programs::gateway()?);
    let output = command.args(["certificate", "--host", host, "--to"]).arg(folder).output()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{said}");
    Ok(said)
}

#[tokio::test]
async fn an_authority_of_ones_own_signs_for_this_address_alone_and_renews_without_the_phones() -> Result<()> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("tls");
    let said = own_authority(&folder, "127.0.0.1")?;
    for word in ["web.tls", "authority.pem", "iPhone", "Android", "证书信任设置"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let (authority, cert, key) = (folder.join("authority.pem"), folder.join("gateway.pem"), folder.join("gateway.key"));
    let config = format!("[web.tls]\ncert = {cert:?}\nkey = {key:?}\n");
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let address = showroom.gateway().http_address().to_owned();
    let (first, answer) = get(&address, &authority, "/sign-in").await?;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let said = own_authority(&folder, "127.0.0.1")?;
    assert!(said.contains("phones need nothing"), "{said}");
    wait::until_async("the renewed certificate, trusted as before", || async {
        Ok(get(&address, &authority, "/sign-in").await.ok().filter(|(shown, _)| *shown != first))
    })
    .await?;
    let refused = own_authority(&folder, "127.0.0.2").unwrap_err().to_string();
    assert!(refused.contains("signs for 127.0.0.1 alone"), "{refused}");

    // What somebody else signs with a stolen key is no other host's: the authority itself says so.
    let request = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=bank"];
    openssl(&folder, &[&request[..], &["-keyout", "bank.key", "-out", "bank.csr"]].concat())?;
    std::fs::write(folder.join("bank.ext"), "subjectAltName=DNS:bank.example\nextendedKeyUsage=serverAuth\n")?;
    let sign = "x509 -req -in bank.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 20 -extfile bank.ext -out bank.pem";
    openssl(&folder, &sign.split(' ').collect::<Vec<_>>())?;
    let judged = openssl(&folder, &["verify", "-CAfile", "authority.pem", "bank.pem"]).unwrap_err().to_string();
    assert!(judged.contains("permitted subtree violation"), "{judged}");
    openssl(&folder, &["verify", "-CAfile", "authority.pem", "gateway.pem"])?;
    showroom.finish().await
}

/// The certificate that the broker shows to whoever trusts this authority.
async fn shown_by(broker: &str, authority: &Path) -> Result<Vec<u8>> {
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_file(authority).context("the authority's certificate")?)?;
    let config = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
    let stream = TcpStream::connect(broker).await?;
    let stream = TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("127.0.0.1")?, stream).await?;
    let chain = stream.get_ref().1.peer_certificates();
    Ok(chain.and_then(|chain| chain.first()).context("a certificate")?.to_vec())
}

async fn is_ready(http: &str) -> Result<bool> {
    Ok(reqwest::get(format!("{http}/readyz")).await?.status().is_success())
}

#[tokio::test]
async fn a_renewed_certificate_of_the_broker_is_taken_over_without_a_restart() -> Result<()> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("tls");
    let certificate = Certificate::make(&folder)?;
    let (chain, key, authority) = (certificate.chain(), certificate.key(), certificate.authority());
    let config = format!("[mqtt]\ntls_cert = {chain:?}\ntls_key = {key:?}\n");
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let (broker, http) = (showroom.gateway().mqtt_address().to_owned(), showroom.gateway().http().to_owned());
    let first = shown_by(&broker, &authority).await?;
    assert!(is_ready(&http).await?);

    Certificate::make(&folder)?;
    let second = wait::until_async("the new certificate", || async { Ok(shown_by(&broker, &authority).await.ok()) });
    let second = second.await?;
    assert_ne!(first, second);
    // Its own round trip follows the certificate too.
    wait::until_async("the round trip", || async { Ok(is_ready(&http).await?.then_some(())) }).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let kiosk = Device::try_connect(&broker, credentials, "kiosk", Some(std::fs::read(&authority)?))?;
    kiosk.connected().await?;

    // Half a renewal: the old one stays in use, and the log says so in one line.
    std::fs::write(&chain, "no certificate")?;
    let warnings = || {
        let lines = showroom.gateway().log().all();
        lines.into_iter().filter(|line| line.contains("WARN") && line.contains("mqtt.tls_cert")).collect::<Vec<_>>()
    };
    wait::until("a word in the log", || (!warnings().is_empty()).then_some(())).await?;
    assert_eq!(shown_by(&broker, &authority).await?, second);
    assert!(is_ready(&http).await?);
    assert_eq!(warnings().len(), 1, "{:?}", warnings());
    showroom.finish().await
}

#[tokio::test]
async fn staff_pages_beyond_this_machine_need_a_certificate() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let setup = Setup { http: Some("0.0.0.0:0".to_owned()), ..Setup::default() };
    let mut process = tests::world::Gateway::launch(&folder.path().join("data"), folder.path(), &setup)?;
    let status = process.end().await?;
    assert_eq!(status.code(), Some(2), "{}", process.err.tail());
    assert!(process.err.all().iter().any(|line| line.contains("web.listen")), "{}", process.err.tail());
    Ok(())
}
