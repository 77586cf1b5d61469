//! Between the desk's thread and Slint's: the only file that touches both.
//!
//! The window lives on the main thread, the desk on its own with a current-thread runtime. Pictures cross by
//! `upgrade_in_event_loop`, intents by a bounded channel: taps beyond it are dropped, as a person's second tap would be.

use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use slint::ComponentHandle as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::desk::{Ending, Face, INTENTS, Shown};
use crate::pictures::Pictures;
use crate::session::Screen;
use crate::sound::{self, Sound};
use crate::start::{self, StartError};
use crate::ui::{self, AppWindow};
use crate::watchdog;

const DISPLAYS: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];

/// FACTS: with no font at all on the system it panics, even with a font inside the program.
const NO_FONT: &str = "Slint broke down, most likely because this system has no font at all; install one, or set \
                       FONTCONFIG_FILE to the kiosk's fonts.conf (assets/fonts)";

/// The newest picture that the window has not shown yet; older ones are not worth drawing.
type Newest = Arc<Mutex<Option<Box<Screen>>>>;

/// Runs a kiosk with its window on this thread, until the window closes or the process is told to end.
///
/// # Errors
/// When the window does not open, or the desk does not start.
pub(crate) fn run(config: Config) -> Result<Ending, StartError> {
    let (intents, receiver) = mpsc::channel(INTENTS);
    let send: ui::Send = Rc::new(move |intent| {
        if intents.try_send(intent).is_err() {
            tracing::debug!("a tap was dropped");
        }
    });
    let window = open(&send)?;
    if config.fullscreen {
        fill_screen(&window);
    }

    let cancel = CancellationToken::new();
    let (face, stop) = (face(window.as_weak(), Pictures::new(&config.data)), cancel.clone());
    let desk = thread::Builder::new().name("desk".to_owned()).spawn(move || {
        let result = start::serve(&config, config.rules, face, receiver, stop);
        // Fails only when the window is gone already.
        let _ = slint::quit_event_loop();
        result
    });
    let desk = desk.map_err(StartError::Runtime)?;
    let ran = window.run();
    cancel.cancel();
    let served = desk.join().unwrap_or_else(|_| Err(StartError::Window("the desk broke down".to_owned())));
    ran.map_err(failed)?;
    served
}

/// Makes the window as large as its screen, also where no window manager would do it (a bare X server, the usual one of a kiosk).
fn fill_screen(window: &AppWindow) {
    window.window().set_fullscreen(true);
    #[cfg(all(feature = "desktop", not(feature = "device")))]
    {
        use i_slint_backend_winit::WinitWindowAccessor as _;
        let weak = window.as_weak();
        // It has a screen once the loop turns; a window manager's full screen is the same size and stays.
        let sized = slint::spawn_local(async move {
            let Some(window) = weak.upgrade() else { return };
            let Ok(shown) = window.window().winit_window().await else { return };
            if let Some(screen) = shown.current_monitor() {
                let _at_once = shown.request_inner_size(screen.size());
                shown.set_outer_position(screen.position());
            }
        });
        if let Err(error) = sized {
            tracing::warn!(%error, "whether the window fills its screen is left to the window manager");
        }
    }
}

/// Makes the window and throws it away: whether the kiosk could be shown here.
///
/// # Errors
/// When it could not.
pub(crate) fn open_unseen() -> Result<(), StartError> {
    let nobody: ui::Send = Rc::new(|_| {});
    open(&nobody).map(drop)
}

/// Makes the window. On a machine without any font Slint does not return an error but panics.
fn open(send: &ui::Send) -> Result<AppWindow, StartError> {
    if cfg!(all(feature = "desktop", not(feature = "device")))
        && DISPLAYS.iter().all(|name| std::env::var_os(name).is_none_or(|name| name.is_empty()))
    {
        return Err(failed(format_args!("there is no display ({} are not set)", DISPLAYS.join(" and "))));
    }
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let opened = panic::catch_unwind(AssertUnwindSafe(|| ui::open(send)));
    panic::set_hook(hook);
    opened.map_err(|_| failed(NO_FONT))?.map_err(failed)
}

/// Brings pictures and signs of life to the window's thread; if it is behind, only the newest picture.
fn face(window: slint::Weak<AppWindow>, pictures: Pictures) -> Face {
    let newest = Newest::default();
    let mut sound = Sound::new(sound::PLAYER);
    Box::new(move |shown| {
        let screen = match shown {
            Shown::Screen(screen) => screen,
            Shown::Tapped => return sound.tap(),
            Shown::Ready(_) | Shown::Alive => {
                // Said by the window's own thread, so only while its loop turns.
                let _ = window.upgrade_in_event_loop(move |_| watchdog::tell(&shown));
                return;
            }
            Shown::Told(_) | Shown::Link(_) => return,
        };
        if lock(&newest).replace(screen).is_some() {
            return;
        }
        let (waiting, pictures) = (Arc::clone(&newest), pictures.clone());
        // Fails only when the window is gone, and then nobody looks.
        let _ = window.upgrade_in_event_loop(move |window| {
            if let Some(screen) = lock(&waiting).take() {
                ui::show(&window, &screen, &pictures);
            }
        });
    })
}

fn failed(error: impl std::fmt::Display) -> StartError {
    // One line, whatever the backends had to say.
    StartError::Window(error.to_string().replace('\n', "; "))
}

fn lock(newest: &Newest) -> std::sync::MutexGuard<'_, Option<Box<Screen>>> {
    newest.lock().unwrap_or_else(PoisonError::into_inner)
}
