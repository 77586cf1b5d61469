//! `cargo run`: the whole showroom in the kiosk's process.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use reqwest::Method;
use serde_json::json;
use tests::faults::sync::FailingSync;
use tests::process::Process;
use tests::world::{DEMO_PASSWORD, Phone, Screen, Session, code_in, parse_csv};
use tests::{programs, wait};

/// Starts it as `cargo run` does, on a machine without a display.
fn open(data: &Path) -> Result<Process> {
    let mut command = Command::new(programs::kiosk()?);
    command.arg("--data").arg(data).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    Process::start("the demo showroom", &mut command)
}

/// Waits for the banner and gives the address of the staff's pages.
async fn address(showroom: &Process) -> Result<String> {
    let address = wait::until("the banner's links", || {
        let lines = showroom.err.all();
        let staff = lines.iter().find_map(|line| line.trim().strip_prefix("Staff 员工"))?;
        // The last line of the code, so that everything before it is there.
        lines.iter().any(|line| line.contains('█')).then(|| staff.trim().trim_end_matches("/sign-in").to_owned())
    });
    address.await.with_context(|| showroom.err.tail())
}

/// The code in the terminal says the link beside it, which opens the visitor's page: asked here by loopback, at the port that it names.
async fn visitors_page(showroom: &Process, said: &str, folder: &Path) -> Result<()> {
    let link =
        said.lines().find_map(|line| line.trim().strip_prefix("Visitors 访客")).context("the visitors' link")?.trim();
    let printed = printed_code(showroom, &folder.join("code.pbm"))?;
    ensure!(printed.as_deref() == Some(link), "the code says {printed:?}, the line {link}");
    let mut address = reqwest::Url::parse(link)?;
    ensure!(
        address.host_str().is_some_and(|host| host != "localhost" && !host.starts_with("127.")),
        "{link}: for this machine alone"
    );
    address.set_ip_host([127, 0, 0, 1].into()).map_err(|()| anyhow!("no host in {link}"))?;
    let page = reqwest::get(address).await?;
    ensure!(page.status().is_success(), "the visitor's page answers {}", page.status());
    Ok(())
}

/// Reads the code as a camera would: each character of the terminal is two modules, one above the other.
fn printed_code(showroom: &Process, picture: &Path) -> Result<Option<String>> {
    const MODULE: usize = 6;
    let lines = showroom.err.all();
    let lines = lines
        .iter()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.is_empty() && line.chars().all(|character| " ▀▄█".contains(character)));
    let rows: Vec<String> = lines
        .flat_map(|line| {
            ["▀█", "▄█"]
                .map(|dark| line.chars().map(|character| if dark.contains(character) { '1' } else { '0' }).collect())
        })
        .collect();
    let (width, height) = (rows.first().map_or(0, String::len), rows.len());
    let mut pbm = format!("P1 {} {}\n", width * MODULE, height * MODULE);
    for row in rows {
        let wide: String = row.chars().flat_map(|module| std::iter::repeat_n(module, MODULE)).collect();
        for _ in 0..MODULE {
            pbm.push_str(&wide);
            pbm.push('\n');
        }
    }
    std::fs::write(picture, pbm)?;
    code_in(picture)
}

#[tokio::test]
async fn without_a_display_the_showroom_is_open_all_the_same() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut showroom = open(folder.path())?;
    let base = address(&showroom).await?;
    wait::until("a word about the window", || {
        showroom.err.all().into_iter().find(|line| line.contains("no window can be opened here"))
    })
    .await?;
    let said = showroom.err.all().join("\n");
    for expected in ["wang", "zhao", DEMO_PASSWORD, "/floor", "/manage", "mqtt://", "/i/"] {
        assert!(said.contains(expected), "the banner does not say {expected}:\n{said}");
    }
    visitors_page(&showroom, &said, folder.path()).await?;
    let wang = Phone::open(Session::sign_in(&base, "wang", DEMO_PASSWORD).await?).await?;
    wang.session().presence("free").await?;
    let zhao = Session::sign_in(&base, "zhao", DEMO_PASSWORD).await?;
    zhao.call(Method::POST, "/api/v1/visits", Some(json!({"purpose": "browse", "language": "zh"}))).await?;
    let alert = wang.alert().await?;
    wang.serve(&alert, "interested").await?;

    // Commands work beside it, as beside any gateway.
    let data = folder.path().join("showroom");
    let data = data.to_str().context("a path in UTF-8")?;
    let csv = programs::gateway_says(&["export", "visits.csv", "--data", data], "")?;
    let visits = parse_csv(&csv)?;
    ensure!(visits.rows.iter().any(|row| row.get("outcome").is_some_and(|word| word == "interested")), "{visits:?}");
    programs::gateway_says(&["verify", "--data", data], "")?;

    // The folder around it is none: whoever reads there is told so, and nothing is made in it.
    for command in [&["verify"][..], &["export", "visits.csv"], &["account", "list"]] {
        let refused =
            programs::run_gateway(&[command, &["--data", &folder.path().display().to_string()]].concat(), "")?;
        let said = String::from_utf8_lossy(&refused.stderr);
        ensure!(refused.status.code() == Some(1) && said.contains("/showroom in it is one"), "{command:?}: {said}");
    }
    ensure!(!folder.path().join("log").exists() && !folder.path().join("archive").exists(), "it was filled");

    // The same folder once more: one line that says what to do.
    let mut second = open(folder.path())?;
    let status = second.end().await?;
    assert!(!status.success());
    let fault: Vec<_> = second.err.all().into_iter().filter(|line| line.contains("in use")).collect();
    assert_eq!(fault.len(), 1, "{}", second.err.tail());
    wang.close();
    assert!(showroom.stop().await?.success(), "{}", showroom.err.tail());

    // What was set up and what happened is there again.
    let mut again = open(folder.path())?;
    let lin = Session::sign_in(&address(&again).await?, "lin", DEMO_PASSWORD).await?;
    let visits = lin.call(Method::GET, "/api/v1/visits", None).await?;
    assert_eq!(visits["visits"][0]["outcome"], json!("interested"), "{visits}");
    assert!(again.stop().await?.success(), "{}", again.err.tail());
    Ok(())
}

/// The kiosk's window, as the screen knows it.
async fn window(screen: &Screen, showroom: &Process) -> Result<String> {
    let found = wait::until("the kiosk's window", || {
        screen.xdotool(&["search", "--onlyvisible", "--name", "Yingbin"]).ok()?.lines().next().map(str::to_owned)
    });
    found.await.with_context(|| showroom.err.tail())
}

#[tokio::test]
async fn the_window_stays_when_the_gateway_inside_can_keep_nothing_more() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let screen = Screen::start(1920, 1080).await?;
    let mut command = Command::new(programs::kiosk()?);
    command.arg("--data").arg(folder.path()).env("DISPLAY", screen.display()).env_remove("WAYLAND_DISPLAY");
    let mut showroom = Process::start("the demo showroom", &mut command)?;
    let base = address(&showroom).await?;
    let before = window(&screen, &showroom).await?;
    let zhao = Session::sign_in(&base, "zhao", DEMO_PASSWORD).await?;
    let walk_in = || zhao.refused(Method::POST, "/api/v1/visits", Some(json!({"purpose": "browse", "language": "zh"})));

    let failing = FailingSync::attach(showroom.id()).await?;
    let (status, problem) = walk_in().await?;
    ensure!((status.as_u16(), &problem["code"]) == (503, &json!("ended")), "{status} {problem}");
    drop(failing);
    // The disk would take it again; the gateway inside stays ended until the restart, and says so.
    let (status, problem) = walk_in().await?;
    ensure!((status.as_u16(), &problem["code"]) == (503, &json!("ended")), "{status} {problem}");
    for page in ["healthz", "readyz"] {
        let answer = reqwest::get(format!("{base}/{page}")).await?;
        ensure!(answer.status().as_u16() == 503, "/{page} says {}", answer.status());
    }
    let errors: Vec<_> = showroom.err.all().into_iter().filter(|line| line.contains("ERROR")).collect();
    ensure!(errors.len() == 1, "one line should say it: {errors:#?}");
    ensure!(showroom.ended()?.is_none(), "{}", showroom.err.tail());
    ensure!(window(&screen, &showroom).await? == before, "another window");
    screen.picture("demo-window-stays")?;
    showroom.stop().await?;

    let mut again = open(folder.path())?;
    let answer = reqwest::get(format!("{}/readyz", address(&again).await?)).await?;
    ensure!(answer.status().is_success(), "/readyz after the restart says {}", answer.status());
    ensure!(again.stop().await?.success(), "{}", again.err.tail());
    Ok(())
}
