//! The day's hours as bars, drawn here; the table behind them says the same in figures.

use crate::views::{DayFigures, HourFigures};

const WIDTH: u32 = 600;
const HEIGHT: u32 = 120;
const FIRST_HOUR: u32 = 8;
const LAST_HOUR: u32 = 20;

/// One hour's bar: how high all visits are, and how high those accepted in time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) hour: u32,
    pub(super) figures: HourFigures,
    pub(super) x: u32,
    pub(super) middle: u32,
    pub(super) width: u32,
    pub(super) top: u32,
    pub(super) height: u32,
    pub(super) good_top: u32,
    pub(super) good_height: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Below the bars stand the hours.
    pub(super) full_height: u32,
    pub(super) most: u32,
}

impl Chart {
    /// The opening hours, out to the first and the last hour in which somebody came; none left out between, since an axis that jumps lies.
    pub(super) fn new(figures: &DayFigures) -> Self {
        let hours: Vec<(u32, HourFigures)> = (0..).zip(figures.by_hour).collect();
        let busy = || hours.iter().filter(|(_, figures)| figures.visits > 0).map(|(hour, _)| *hour);
        let first = busy().min().map_or(FIRST_HOUR, |hour| hour.min(FIRST_HOUR));
        let last = busy().max().map_or(LAST_HOUR, |hour| hour.max(LAST_HOUR));
        let shown: Vec<_> = hours.iter().filter(|(hour, _)| (first..=last).contains(hour)).copied().collect();
        let most = shown.iter().map(|(_, figures)| figures.visits).max().unwrap_or(0);
        let step = WIDTH / u32::try_from(shown.len().max(1)).unwrap_or(1);
        let bars = shown.into_iter().zip(0..).map(|((hour, figures), place)| {
            let tall = |count: u32| ((HEIGHT - 8) * count).checked_div(most).unwrap_or(0);
            let (height, good_height) = (tall(figures.visits), tall(figures.accepted_in_time));
            let x = place * step + step / 8;
            Bar {
                hour,
                figures,
                x,
                middle: place * step + step / 2,
                width: step - step / 4,
                top: HEIGHT - height,
                height,
                good_top: HEIGHT - good_height,
                good_height,
            }
        });
        Self { bars: bars.collect(), width: WIDTH, height: HEIGHT, full_height: HEIGHT + 22, most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_hour_is_the_tallest_and_early_birds_are_not_hidden() {
        let mut figures = DayFigures::default();
        figures.by_hour[6] = HourFigures { visits: 1, ..HourFigures::default() };
        figures.by_hour[10] = HourFigures { visits: 4, accepted_in_time: 2, ..HourFigures::default() };
        let chart = Chart::new(&figures);
        let bar = |hour| chart.bars.iter().find(|bar| bar.hour == hour).unwrap();
        assert_eq!(chart.bars.iter().map(|bar| bar.hour).collect::<Vec<_>>(), (6..=20).collect::<Vec<_>>());
        assert_eq!((bar(10).height, bar(10).good_height, bar(6).height, bar(9).height), (112, 56, 28, 0));
        assert_eq!(Chart::new(&DayFigures::default()).most, 0);
    }
}
