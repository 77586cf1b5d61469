//! Commands on a real data folder, through the socket.

mod older;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::clock::{Clock, SystemClock};
use shared::ids::{StaffId, VisitId};
use shared::personal::Personal;
use shared::wire::{Language, Purpose};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::app::App;
use crate::config::Config;
use crate::domain::audit::{Export, Format, Records};
use crate::domain::roster::{DeviceKind, Role};
use crate::domain::{Actor, Command, Input};

/// A folder with a gateway on it that has no doors but the socket.
struct Showroom {
    folder: tempfile::TempDir,
    data: PathBuf,
    app: App,
    socket: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Showroom {
    fn open() -> Self {
        Self::open_in("data")
    }

    fn open_in(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join(name);
        Self::on(folder, data, Arc::new(SystemClock))
    }

    fn on(folder: tempfile::TempDir, data: PathBuf, clock: Arc<dyn Clock>) -> Self {
        let mut config = Config::default();
        config.data.dir.clone_from(&data);
        let app = App::open(config, clock).unwrap();
        let shutdown = CancellationToken::new();
        let socket = serve(&data, Arc::new(Operations::from(&app)), shutdown.clone()).unwrap();
        Self { folder, data, app, socket, shutdown }
    }

    async fn ask(&self, request: Request) -> Result<String, ClientError> {
        let data = self.data.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let mut out = Vec::new();
            ask(&data, &request, &mut out).map(|done| done.map(|()| String::from_utf8(out).unwrap()))
        });
        asked.await.unwrap().expect("a gateway runs")
    }

    async fn refused(&self, request: Request) -> String {
        match self.ask(request).await {
            Err(ClientError::Refused { code, .. }) => code,
            other => panic!("{other:?}"),
        }
    }

    async fn close(self) {
        self.shutdown.cancel();
        self.socket.await.unwrap();
        assert!(!self.data.join("control.sock").exists(), "the socket outlived its gateway");
        self.app.close().await;
    }
}

fn account(name: &str) -> Request {
    Request::AccountAdd {
        id: name.parse().unwrap(),
        role: Role::Consultant,
        senior: true,
        languages: Some(BTreeSet::from([Language::Zh, Language::En])),
        display: Some(Personal::new("王芳")),
        latin: Some(Personal::new("Wang Fang")),
        password_hash: Personal::new("$argon2id$"),
    }
}

fn device(name: &str, kind: DeviceKind) -> Request {
    Request::DeviceAdd { id: name.parse().unwrap(), kind }
}

fn remove_device(name: &str, kind: Option<DeviceKind>) -> Request {
    Request::DeviceRemove { id: name.parse().unwrap(), kind }
}

fn export(records: Records, format: Format) -> Request {
    Request::Export { export: Export { records, format, from: None, to: None }, bom: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_added_listed_replaced_and_removed() {
    let showroom = Showroom::open();
    let wang: StaffId = "wang".parse().unwrap();
    let generation = || showroom.app.handle.roster().borrow().accounts[&wang].session_generation;
    assert_eq!(showroom.ask(account("wang")).await.unwrap(), "wang is added as consultant\n");
    assert_eq!(showroom.ask(Request::AccountList).await.unwrap(), "wang\tconsultant\tsenior\tzh,en\t王芳\n");
    let before = generation();
    // Another password, and nothing else said: what was known of them stays.
    let Request::AccountAdd { id, role, password_hash, .. } = account("wang") else { panic!() };
    let (senior, languages, display, latin) = (false, None, None, None);
    let again = Request::AccountAdd { id, role, senior, languages, display, latin, password_hash };
    let said = showroom.ask(again).await.unwrap();
    assert!(said.contains("was there already"), "{said}");
    assert_ne!(generation(), before, "a new password left old sessions open");
    assert_eq!(showroom.ask(Request::AccountList).await.unwrap(), "wang\tconsultant\tsenior\tzh,en\t王芳\n");
    let known = showroom.app.handle.roster().borrow().accounts[&wang].clone();
    assert_eq!(known.secret.get().unwrap().latin.as_ref().unwrap().reveal(), "Wang Fang");
    showroom.ask(Request::AccountRemove { id: wang.clone() }).await.unwrap();
    assert_eq!(showroom.ask(Request::AccountList).await.unwrap(), "");
    assert_eq!(showroom.refused(Request::AccountRemove { id: wang }).await, "unknown_staff");
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_devices_password_is_shown_once_and_kept_as_its_hash() {
    let showroom = Showroom::open();
    let line = showroom.ask(device("k1", DeviceKind::Kiosk)).await.unwrap();
    let shown: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((shown["store"].as_str(), shown["name"].as_str()), (Some("demo"), Some("k1")));
    assert_eq!((shown["client_id"].as_str(), &shown["username"]), (Some("kiosk-k1"), &shown["client_id"]));
    let password = shown["password"].as_str().unwrap();
    assert_eq!(password.len(), 43);
    let kept = showroom.app.handle.roster().borrow().devices["kiosk-k1"].password_sha256.clone();
    assert_eq!(kept, hex::encode(<sha2::Sha256 as sha2::Digest>::digest(password)));
    let again = showroom.ask(device("k1", DeviceKind::Kiosk)).await.unwrap();
    assert_ne!(again, line, "the old password stayed");
    assert!(again.contains("\"replaced\":true") && !line.contains("replaced"), "{again}");

    showroom.ask(device("k1", DeviceKind::Door)).await.unwrap();
    assert_eq!(showroom.ask(Request::DeviceList).await.unwrap(), "k1\tdoor\tdoor-k1\nk1\tkiosk\tkiosk-k1\n");
    assert_eq!(showroom.refused(remove_device("k1", None)).await, "which_device");
    showroom.ask(remove_device("k1", Some(DeviceKind::Door))).await.unwrap();
    showroom.ask(remove_device("k1", None)).await.unwrap();
    assert_eq!(showroom.refused(remove_device("k1", None)).await, "unknown_device");
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pager_needs_its_consultant() {
    let showroom = Showroom::open();
    assert_eq!(showroom.refused(device("wang", DeviceKind::Pager)).await, "unknown_staff");
    showroom.ask(account("wang")).await.unwrap();
    assert!(showroom.ask(device("wang", DeviceKind::Pager)).await.unwrap().contains("pager-wang"));
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_shows_what_was_logged_before_it() {
    let showroom = Showroom::open();
    showroom.ask(account("zhao")).await.unwrap();
    let mut ids = Vec::new();
    for n in 0..40_u8 {
        let visit = VisitId::new(shared::clock::Clock::now(&SystemClock), [n; 10]);
        let command = Command::WalkIn { visit, purpose: Purpose::Other, language: Language::Zh, party: Some(1) };
        let input = Input { cause: None, actor: Actor::Staff("zhao".parse().unwrap()), command };
        showroom.app.handle.submit(input).await.unwrap();
        ids.push(visit.to_string());
        let lines = showroom.ask(export(Records::Visits, Format::Jsonl)).await.unwrap();
        assert_eq!(lines.lines().count(), ids.len());
    }
    let csv = showroom.ask(export(Records::Visits, Format::Csv)).await.unwrap();
    assert!(ids.iter().all(|id| csv.contains(id.as_str())), "{csv}");
    let day = chrono::NaiveDate::from_ymd_opt(2001, 1, 1);
    let until = Export { records: Records::Visits, format: Format::Csv, from: None, to: day };
    let none = Request::Export { export: until, bom: true };
    assert_eq!(showroom.ask(none).await.unwrap().lines().count(), 1);
    assert_eq!(showroom.ask(export(Records::Leads, Format::Jsonl)).await.unwrap(), "");
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_beside_the_running_gateway_and_never_over_another() {
    let showroom = Showroom::open();
    showroom.ask(account("wang")).await.unwrap();
    assert!(showroom.ask(Request::Verify).await.unwrap().contains("are whole"));
    let path = |name: &str| showroom.folder.path().join(name);
    let backup = || Request::Backup { to: path("backup"), keys: path("backup.keys") };
    showroom.ask(backup()).await.unwrap();
    assert!(path("backup").exists() && path("backup.keys").exists());
    assert_eq!(showroom.refused(backup()).await, "keeping_failed");
    // It is on record, the refused one is not; and the record is in the backup that it tells of.
    let audit = showroom.ask(export(Records::Audit, Format::Csv)).await.unwrap();
    assert_eq!(audit.matches(",backed_up,").count(), 1, "{audit}");
    assert!(std::fs::read_to_string(path("backup")).unwrap().contains("backed_up"));
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_is_the_owners_alone_and_replaces_what_a_killed_gateway_left() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    drop(UnixListener::bind(data.join("control.sock")).unwrap());
    assert!(ask(&data, &Request::AccountList, &mut Vec::new()).is_none(), "a dead socket counts as no gateway");
    let showroom = Showroom::open();
    drop(UnixListener::bind(data.join("control.sock.2")).unwrap());
    let again = CancellationToken::new();
    let operations = Arc::new(Operations::from(&showroom.app));
    let second = serve(&data, operations, again.clone()).unwrap();
    let mode = std::fs::metadata(data.join("control.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    again.cancel();
    second.await.unwrap();
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_a_long_path_has_a_socket_too() {
    let name = format!("{0}/{0}/data", "x".repeat(90));
    let showroom = Showroom::open_in(&name);
    showroom.ask(account("wang")).await.unwrap();
    showroom.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_answered_and_silence_is_let_go() {
    let showroom = Showroom::open();
    let say = |bytes: &'static [u8], data: &Path| {
        let path = data.join("control.sock");
        tokio::task::spawn_blocking(move || {
            let mut stream = UnixStream::connect(path).unwrap();
            stream.write_all(bytes).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        })
    };
    for nonsense in
        [&b"\n"[..], b"{\"do\":\"dance\"}\n", b"{\"do\":\"account_remove\",\"id\":\"A B\"}\n", b"\xff\xfe\n"]
    {
        let answer = say(nonsense, &showroom.data).await.unwrap();
        assert!(answer.starts_with("{\"error\":{\"code\":\"unknown_request\""), "{answer}");
    }
    assert_eq!(say(b"{\"do\":\"verify\"", &showroom.data).await.unwrap(), "", "a line without its end was obeyed");
    showroom.ask(Request::DeviceList).await.unwrap();
    showroom.close().await;
}

#[test]
fn a_request_does_not_show_what_is_personal() {
    let shown = format!("{:?}", account("wang"));
    assert!(!shown.contains("王芳") && !shown.contains("argon2"), "{shown}");
}
