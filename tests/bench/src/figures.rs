//! Figures: their middle, and how far they spread.

use std::fmt;
use std::time::Duration;

/// The median of some figures, with the least and the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// None, where there is no figure.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self { median: *sorted.get(sorted.len() / 2)?, least: *sorted.first()?, most: *sorted.last()? })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.2} [{:.2}..{:.2}]", self.median, self.least, self.most))
    }
}

/// As the table has times.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    const A_SECOND: f64 = 1000.0;
    time.as_secs_f64() * A_SECOND
}

/// One line of the table: a figure of the guard, the same of the other, and how many times as much the guard's is.
pub(crate) fn line(what: &str, unit: &str, guard: Option<Spread>, other: Option<Spread>) -> String {
    let shown = |spread: Option<Spread>| spread.map_or_else(|| "not told".to_owned(), |spread| spread.to_string());
    let ratio =
        guard.zip(other).map_or_else(String::new, |(guard, other)| format!("{:.2}", guard.median / other.median));
    format!("{what:<28} {unit:<3} {:>24} {:>24} {ratio:>7}", shown(guard), shown(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_what_half_of_the_figures_exceed() {
        let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert_eq!(spread.to_string(), "2.00 [1.00..3.00]");
        assert_eq!(Spread::of([]), None);
        assert_eq!(milliseconds(Duration::from_micros(1500)), 1.5);
    }

    #[test]
    fn a_figure_that_nobody_told_has_no_ratio() {
        let known = Spread::of([2.0]);
        assert!(line("init", "ms", known, Spread::of([1.0])).ends_with("2.00"));
        assert!(line("peak memory", "MB", known, None).trim_end().ends_with("not told"));
    }
}
