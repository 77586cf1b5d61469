//! What thousands of visitors leave in the memory of the real kiosk, and what it does when nobody comes.
//!
//! A real gateway with the sample's cars, each with its picture, the kiosk alone as a device has it, a real window under Xvfb, and a finger
//! (xdotool) that begins, taps "a certain model", looks at the models, leaves and goes back to the welcome page, where another car stands: some
//! 2.1 seconds a visitor; 2,000 take an hour and ten minutes. How many visits really were is counted in the gateway's log. Called by the program
//! `kiosk-sessions`; a benchmark, so it judges nothing but that the visits are there.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::glass;
use crate::load::usage::{self, Usage};
use crate::process::Process;
use crate::programs;
use crate::wait;
use crate::world::spot::{self, Spot};
use crate::world::{ALL_DAYS, Screen, Setup, Showroom, parse_csv};

/// "Begin", "a certain model" 看某款车, "done" on the page of models, "I have to go", "back".
const TAPS: [Spot; 5] = [spot::BEGIN, spot::purpose(1), spot::MODELS_DONE, spot::LEAVE, spot::BACK];
/// All of the sample's cars, so that each visitor meets another one.
const CARS: [(&str, &str); 6] =
    [("s7", "星河 S7"), ("x5", "星河 X5"), ("x9", "星河 X9"), ("e3", "星河 E3"), ("m8", "星河 M8"), ("gt", "星河 GT")];
/// A page settles before taps are heard.
const BETWEEN: &str = "0.41";
/// Visitors after which memory is read.
const READINGS: [usize; 7] = [1, 20, 200, 500, 1000, 1500, 2000];

/// Lets so many visitors come, and gives a table.
///
/// # Errors
/// When a program does not start, or the log has fewer visits than 99 of a hundred visitors make, or one that was not left in order.
pub async fn measure(sessions: usize, idle: Duration) -> Result<String> {
    let config = glass::config(&CARS);
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let screen = Screen::start(1920, 1080).await?;
    let mut kiosk = screen.window_of(&programs::kiosk_alone()?, &showroom, &credentials).await?;
    wait::until_async("the QR code on the screen", || async { screen.code("wear-before") }).await?;
    let mut table = format!("{}\n", usage::machine());
    writeln!(table, "untouched: {}", rest(&kiosk, idle).await?)?;
    writeln!(table, "{:>9}{:>12}{:>12}{:>12}{:>16}", "visitors", "PSS KiB", "RSS KiB", "peak KiB", "processor ms")?;
    line(&mut table, 0, usage::of(kiosk.id())?)?;
    let taps = TAPS.map(|(x, y)| (x.to_string(), y.to_string()));
    let steps: Vec<&str> = taps.iter().flat_map(|(x, y)| ["mousemove", x, y, "click", "1", "sleep", BETWEEN]).collect();
    for session in 1..=sessions {
        screen.xdotool(&steps)?;
        if READINGS.contains(&session) || session == sessions {
            let reading = usage::of(kiosk.id())?;
            line(&mut table, session, reading)?;
            eprintln!("{session} visitors: {} KiB PSS", reading.share);
        }
    }
    writeln!(table, "afterwards: {}", rest(&kiosk, idle).await?)?;
    let (from, to) = ALL_DAYS;
    let visits = parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)?;
    let left = visits.rows.iter().filter(|row| row.get("outcome").is_some_and(|outcome| outcome == "left")).count();
    writeln!(table, "visits in the gateway's log: {}, of which left in order: {left}", visits.rows.len())?;
    ensure!(kiosk.stop().await?.success(), "{}", kiosk.err.tail());
    showroom.finish().await?;
    // A tap before the page has settled is not heard: beside other work a few of thousands come too early, and begin anew.
    let enough = visits.rows.len() * 100 >= sessions * 99 && left == visits.rows.len();
    ensure!(enough, "{sessions} visitors came:\n{table}");
    Ok(table)
}

fn line(table: &mut String, visitors: usize, used: Usage) -> Result<()> {
    let Usage { share, resident, peak, processor } = used;
    Ok(writeln!(table, "{visitors:>9}{share:>12}{resident:>12}{peak:>12}{processor:>16}")?)
}

/// Processor time of a kiosk that nobody touches.
async fn rest(kiosk: &Process, time: Duration) -> Result<String> {
    let before = usage::of(kiosk.id())?.processor;
    tokio::time::sleep(time).await;
    let used = usage::of(kiosk.id())?.processor - before;
    Ok(format!("{used} ms of processor time in {} s", time.as_secs()))
}
