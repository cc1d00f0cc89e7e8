//! What is asked of sets of strings.

use super::fuel::Fuel;
use super::pattern::Pattern;
use super::screen;
use super::search::Search;
use crate::budget::Budget;

/// A shortest string (in characters) that every pattern of `all` matches and no pattern of `none`. `None` if there is
/// none, or if the budget is exhausted. The same patterns in the same order give the same string.
pub(crate) fn shortest(all: &[&Pattern], none: &[&Pattern], budget: &Budget) -> Option<String> {
    let fuel = Fuel::new(budget);
    find(all, none, &fuel, |text| text())
}

/// Whether there is such a string; true if the budget is exhausted.
pub(crate) fn is_satisfiable(all: &[&Pattern], none: &[&Pattern], budget: &Budget) -> bool {
    let fuel = Fuel::new(budget);
    find(all, none, &fuel, |_| ()).is_some() || fuel.is_exhausted()
}

/// Whether every string that `target` matches is matched by one of `by`; false if the budget is exhausted.
pub(crate) fn covers(target: &Pattern, by: &[&Pattern], budget: &Budget) -> bool {
    !is_satisfiable(&[target], by, budget)
}

/// Calls `answer` with the way to write a shortest string down, if there is one.
fn find<T>(
    all: &[&Pattern],
    none: &[&Pattern],
    fuel: &Fuel<'_>,
    answer: impl FnOnce(&dyn Fn() -> String) -> T,
) -> Option<T> {
    if let Some(text) = all.iter().find_map(|p| p.literal()) {
        let fits =
            all.iter().all(|p| p.matches_within(text, fuel)) && !none.iter().any(|p| p.matches_within(text, fuel));
        return (fits && !fuel.is_exhausted()).then(|| answer(&|| text.to_owned()));
    }
    if none.iter().any(|p| p.is_any()) {
        return None;
    }
    let any = Pattern::any();
    let mut all: Vec<&Pattern> = all.iter().copied().filter(|p| !p.is_any()).collect();
    // The one with the longest literal start comes first, before others in their order.
    all.sort_by_key(|p| std::cmp::Reverse(p.run()));
    let (lead, others) = all.split_first().map_or((&any, &[][..]), |(lead, others)| (*lead, others));
    if !others.iter().all(|p| screen::may_meet(p, lead, fuel)) {
        return None;
    }
    let meets_all =
        |p: &&Pattern| screen::may_meet(p, lead, fuel) && others.iter().all(|o| screen::may_meet(p, o, fuel));
    let none: Vec<&Pattern> = none.iter().copied().filter(meets_all).collect();
    if fuel.is_exhausted() {
        return None;
    }
    if all.is_empty() {
        all.push(&any);
    }
    let patterns: Vec<&Pattern> = all.iter().chain(&none).copied().collect();
    let other = screen::unnamed(&patterns, fuel);
    if let ([only], []) = (all.as_slice(), none.as_slice()) {
        return Some(answer(&|| only.rest(0, other)));
    }
    // All patterns pass the literals that the first one starts with, as far as no star comes.
    let skipped = patterns.iter().map(|p| p.fixed()).fold(lead.run(), usize::min);
    let mut search = Search::new(&all, &none, other, fuel);
    let found = search.run(u32::try_from(skipped).ok()?)?;
    let text = || {
        let start = lead.rest(0, other);
        start.chars().take(skipped).collect::<String>() + &search.text(&found)
    };
    Some(answer(&text))
}
