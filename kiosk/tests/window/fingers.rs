//! Fingers on the glass, and a mouse: what they do follows from a seed.

use std::time::Duration;

use i_slint_core::input::TouchPhase;
use i_slint_core::lengths::LogicalPoint;
use i_slint_core::platform::InternalEvent;
use kiosk::ui::AppWindow;
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle as _, LogicalPosition, PhysicalSize};

/// Choices that can be repeated (`SplitMix64`).
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.bits() % u64::from(end.max(1))).unwrap()
    }

    /// Once in so many.
    pub(crate) fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(u32::try_from(from.len()).unwrap()) as usize]
    }
}

type Place = (f32, f32);

/// The glass, and which fingers lie on it.
pub(crate) struct Fingers {
    size: PhysicalSize,
    down: Vec<(i32, Place)>,
    mouse: Option<Place>,
}

impl Fingers {
    pub(crate) fn over(size: PhysicalSize) -> Self {
        Self { size, down: Vec::new(), mouse: None }
    }

    /// One thing that hands do, and how long it takes.
    pub(crate) fn gesture(&mut self, window: &AppWindow, chance: &mut Chance) -> Duration {
        let place = self.place(chance);
        match chance.below(16) {
            0..=6 => self.tap(window, place),
            // A double tap: the second half may land a little beside the first.
            7 | 8 => {
                self.tap(window, place);
                self.tap(window, (place.0 + 3.0, place.1 - 2.0));
            }
            // Lifted elsewhere.
            9 => {
                let to = self.place(chance);
                self.touch(window, 0, place, TouchPhase::Started);
                for step in 1..=4_u8 {
                    let part = f32::from(step) / 4.0;
                    let between = (place.0 + (to.0 - place.0) * part, place.1 + (to.1 - place.1) * part);
                    self.touch(window, 0, between, TouchPhase::Moved);
                }
                self.touch(window, 0, to, TouchPhase::Ended);
            }
            // Two hands at once, the one lifted before the other or taken away by the panel.
            10 | 11 => {
                let other = self.place(chance);
                self.touch(window, 0, place, TouchPhase::Started);
                self.touch(window, 1, other, TouchPhase::Started);
                let last = if chance.once_in(3) { TouchPhase::Cancelled } else { TouchPhase::Ended };
                let (first, second) = if chance.once_in(2) { (0, 1) } else { (1, 0) };
                let at = |finger| if finger == 0 { place } else { other };
                self.touch(window, first, at(first), TouchPhase::Ended);
                self.touch(window, second, at(second), last);
            }
            // A palm that stays, and is lifted some gestures later.
            12 => self.touch(window, 2 + i32::from(chance.once_in(2)), place, TouchPhase::Started),
            13 => self.lift(window),
            // A mouse, pressed here and let go there, beyond the glass even.
            14 => {
                self.press(window, place);
                let to = self.place(chance);
                self.release(window, to);
            }
            _ => {
                send(window, WindowEvent::PointerMoved { position: position(place) });
                send(window, WindowEvent::PointerScrolled { position: position(place), delta_x: 3.0, delta_y: -40.0 });
                send(window, WindowEvent::PointerExited);
            }
        }
        Duration::from_millis(*chance.pick(&[0_u64, 0, 8, 30, 120, 360, 360, 500, 900, 2_500]))
    }

    /// A finger put down and lifted in one place.
    pub(crate) fn tap(&mut self, window: &AppWindow, place: Place) {
        self.touch(window, 0, place, TouchPhase::Started);
        self.touch(window, 0, place, TouchPhase::Ended);
    }

    /// A finger put down, and left there until [`lift`](Self::lift).
    pub(crate) fn hold(&mut self, window: &AppWindow, place: Place) {
        self.touch(window, 0, place, TouchPhase::Started);
    }

    /// Nothing touches the glass any more.
    pub(crate) fn lift(&mut self, window: &AppWindow) {
        for (finger, place) in self.down.clone() {
            self.touch(window, finger, place, TouchPhase::Ended);
        }
        if let Some(place) = self.mouse {
            self.release(window, place);
        }
        send(window, WindowEvent::PointerExited);
    }

    fn touch(&mut self, window: &AppWindow, finger: i32, place: Place, phase: TouchPhase) {
        let down = self.down.iter().any(|(known, _)| *known == finger);
        // A driver puts no finger down twice.
        if (phase == TouchPhase::Started) == down {
            return;
        }
        match phase {
            TouchPhase::Started => self.down.push((finger, place)),
            TouchPhase::Ended | TouchPhase::Cancelled => self.down.retain(|(known, _)| *known != finger),
            TouchPhase::Moved => {}
        }
        let position = LogicalPoint::new(place.0, place.1);
        send(window, WindowEvent::internal(InternalEvent::Touch { id: finger, position, phase }));
    }

    fn press(&mut self, window: &AppWindow, place: Place) {
        self.mouse = Some(place);
        send(window, WindowEvent::PointerMoved { position: position(place) });
        send(window, WindowEvent::PointerPressed { position: position(place), button: PointerEventButton::Left });
    }

    fn release(&mut self, window: &AppWindow, place: Place) {
        self.mouse = None;
        send(window, WindowEvent::PointerMoved { position: position(place) });
        send(window, WindowEvent::PointerReleased { position: position(place), button: PointerEventButton::Left });
    }

    /// Anywhere; often at the lower half, where the controls are; sometimes at the very edges, or a hair beyond them.
    #[expect(clippy::cast_precision_loss, reason = "a window's size is small")]
    fn place(&self, chance: &mut Chance) -> Place {
        let (width, height) = (self.size.width, self.size.height);
        let mut along = |length: u32| match chance.below(24) {
            0 => 0.0,
            1 => length as f32,
            2 => length as f32 - 0.5,
            3 => -1.0,
            _ => chance.below(length) as f32,
        };
        let (x, y) = (along(width), along(height));
        if chance.once_in(2) && y < height as f32 / 2.0 { (x, y + height as f32 / 2.0) } else { (x, y) }
    }
}

fn position((x, y): Place) -> LogicalPosition {
    LogicalPosition::new(x, y)
}

fn send(window: &AppWindow, event: WindowEvent) {
    let _taken = window.window().dispatch_event_with_result(event).unwrap();
}
