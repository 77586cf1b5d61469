//! A hand on the glass that walks through a visit, and an eye that sees when the next page comes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::load::stopwatch;
use crate::world::spot::{self, Spot};

/// The ground of every page (`kiosk/ui/theme/tokens.slint`), as the screen holds it: blue, green, red.
const GROUND: [u8; 3] = [0xef, 0xf3, 0xf5];
/// Where it shows on the welcome page: in the margin.
const CORNER: (i16, i16) = (30, 30);
/// Where pages differ and no finger is: left, top, width, height.
const EYE: (i16, i16, u16, u16) = (72, 130, 1776, 220);
/// A page that has not changed for so long stands.
const STILL: Duration = Duration::from_millis(250);
/// The kiosk hears no taps for 350 ms after a page came.
const BETWEEN: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(10);

/// Welcome → purposes → models → who is coming → farewell → welcome.
const WALK: [Spot; 5] = [spot::BEGIN, spot::purpose(1), spot::BACK, spot::LEAVE, spot::BACK];

/// How long one page took after the tap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    /// Until something of it was on the glass.
    pub(super) seen: Duration,
    /// Until nothing moved any more.
    pub(super) still: Duration,
}

/// The screen, as a hand and an eye have it.
#[derive(Debug)]
pub(super) struct Glass {
    connection: RustConnection,
    root: u32,
}

impl Glass {
    pub(super) fn of(display: &str) -> Result<Self> {
        let (connection, number) = x11rb::connect(Some(display)).context("connect to the screen")?;
        let root = connection.setup().roots.get(number).context("a screen")?.root;
        Ok(Self { connection, root })
    }

    /// Whether a page is on it.
    pub(super) fn shows_ground(&self) -> Result<bool> {
        Ok(self.look((CORNER.0, CORNER.1, 1, 1))?.starts_with(&GROUND))
    }

    /// Whether the kiosk's welcome page is on it, with the button that begins.
    pub(super) fn shows_begin(&self) -> Result<bool> {
        let (x, y) = spot::BEGIN;
        let button = self.look((i16::try_from(x)?, i16::try_from(y)?, 1, 1))?;
        Ok(self.shows_ground()? && !button.starts_with(&GROUND))
    }

    /// Walks through a visit and comes back to the welcome page.
    pub(super) async fn walk(&self) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for (step, spot) in WALK.into_iter().enumerate() {
            changes.push(self.change(spot).await.with_context(|| format!("step {} of the walk", step + 1))?);
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(changes)
    }

    async fn change(&self, spot: Spot) -> Result<Change> {
        let mut before = self.look(EYE)?;
        self.tap(spot)?;
        let start = stopwatch::micros();
        let (mut seen, mut still) = (None, Duration::ZERO);
        loop {
            let now = self.look(EYE)?;
            let passed = stopwatch::since(start);
            if now != before {
                before = now;
                seen = seen.or(Some(passed));
                still = passed;
            }
            if let Some(seen) = seen.filter(|_| passed.saturating_sub(still) > STILL) {
                return Ok(Change { seen, still });
            }
            ensure!(passed < PATIENCE, "the page stays as it was");
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
    }

    fn tap(&self, (x, y): Spot) -> Result<()> {
        let (x, y) = (i16::try_from(x)?, i16::try_from(y)?);
        for (kind, detail) in [(MOTION_NOTIFY_EVENT, 0), (BUTTON_PRESS_EVENT, 1), (BUTTON_RELEASE_EVENT, 1)] {
            self.connection.xtest_fake_input(kind, detail, 0, self.root, x, y, 0)?;
        }
        self.connection.flush()?;
        Ok(())
    }

    fn look(&self, (x, y, width, height): (i16, i16, u16, u16)) -> Result<Vec<u8>> {
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, u32::MAX)?;
        Ok(image.reply()?.data)
    }
}
