//! A screen that hangs on its side: which way the picture is turned, and what the touch panel must be told.
//!
//! On a bare screen the picture is turned by Slint, which reads [`VARIABLE`] from the environment before it opens the
//! display; [`apply`] starts the program afresh with it, under the same process id. The touch panel is turned by libinput, which
//! hears of it from udev: [`Rotation::udev_rule`].
//!
//! Not here: a window under X11, which the X server turns, picture and touch together.

use crate::program;

/// Where Slint looks for the rotation.
const VARIABLE: &str = "SLINT_KMS_ROTATION";

/// How far the picture is turned clockwise against the panel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Not at all.
    #[default]
    Upright,
    /// A quarter: the picture's top is at the panel's right edge.
    Right,
    /// Upside down.
    Over,
    /// Three quarters: the picture's top is at the panel's left edge.
    Left,
}

impl Rotation {
    /// Of so many degrees.
    #[must_use]
    pub fn from_degrees(degrees: i64) -> Option<Self> {
        match degrees {
            0 => Some(Self::Upright),
            90 => Some(Self::Right),
            180 => Some(Self::Over),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// Degrees, clockwise.
    #[must_use]
    pub fn degrees(self) -> u16 {
        match self {
            Self::Upright => 0,
            Self::Right => 90,
            Self::Over => 180,
            Self::Left => 270,
        }
    }

    /// From the panel's coordinates to the picture's, both from 0 to 1: the first two rows of a 3 × 3 matrix.
    #[must_use]
    pub fn touch_matrix(self) -> [i8; 6] {
        match self {
            Self::Upright => [1, 0, 0, 0, 1, 0],
            Self::Right => [0, 1, 0, -1, 0, 1],
            Self::Over => [-1, 0, 1, 0, -1, 1],
            Self::Left => [0, -1, 1, 1, 0, 0],
        }
    }

    /// The udev rule that turns every touch panel of the machine as the picture is turned.
    #[must_use]
    pub fn udev_rule(self) -> String {
        let matrix = self.touch_matrix().map(|number| number.to_string()).join(" ");
        format!(
            "ACTION==\"add|change\", KERNEL==\"event[0-9]*\", ENV{{ID_INPUT_TOUCHSCREEN}}==\"1\", \
             ENV{{LIBINPUT_CALIBRATION_MATRIX}}=\"{matrix}\""
        )
    }
}

/// Makes sure that Slint will hear of the rotation: starts this program afresh when the environment says something else.
///
/// Call it before any thread and any window; it returns when there is nothing to do.
///
/// # Errors
/// When the program cannot be started afresh.
pub fn apply(rotation: Rotation) -> std::io::Result<()> {
    let wanted = rotation.degrees().to_string();
    let said = std::env::var(VARIABLE).unwrap_or_else(|_| "0".to_owned());
    if said == wanted {
        return Ok(());
    }
    // The environment of a running process cannot be changed safely, and Slint has no other door for this.
    Err(program::again(&[(VARIABLE, &wanted)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the panel shows what stands at a place of the picture; as Slint's software renderer turns it.
    fn on_the_panel(rotation: Rotation, (x, y): (f64, f64)) -> (f64, f64) {
        match rotation {
            Rotation::Upright => (x, y),
            Rotation::Right => (1.0 - y, x),
            Rotation::Over => (1.0 - x, 1.0 - y),
            Rotation::Left => (y, 1.0 - x),
        }
    }

    fn rows(matrix: [i8; 6]) -> ([f64; 3], [f64; 3]) {
        let [first, second, third, fourth, fifth, sixth] = matrix.map(f64::from);
        ([first, second, third], [fourth, fifth, sixth])
    }

    #[test]
    fn a_finger_meets_what_it_points_at_however_the_picture_is_turned() {
        for degrees in [0, 90, 180, 270] {
            let rotation = Rotation::from_degrees(degrees).unwrap();
            assert_eq!(i64::from(rotation.degrees()), degrees);
            let (to_x, to_y) = rows(rotation.touch_matrix());
            for place in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.25, 0.75)] {
                let (x, y) = on_the_panel(rotation, place);
                let row = |[by_x, by_y, plus]: [f64; 3]| by_x * x + by_y * y + plus;
                assert_eq!((row(to_x), row(to_y)), place, "{degrees}");
            }
        }
        assert_eq!(Rotation::from_degrees(45), None);
    }

    #[test]
    fn the_rule_is_one_line_of_udev() {
        let rule = Rotation::Right.udev_rule();
        assert!(rule.ends_with("ENV{LIBINPUT_CALIBRATION_MATRIX}=\"0 1 0 -1 0 1\""), "{rule}");
        assert_eq!(rule.lines().count(), 1);
    }
}
