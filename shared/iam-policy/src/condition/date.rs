//! Points in time: ISO 8601 as IAM writes it, or seconds since 1970.

/// Seconds since 1970-01-01T00:00:00Z; a fraction of a second is dropped.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    if let Ok(epoch) = text.parse::<i64>() {
        // A bare year is a date, a longer number an epoch.
        return if text.len() == 4 { Some(days(epoch, 1, 1)? * 86_400) } else { Some(epoch) };
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next().unwrap_or(Some(1))?);
    let (clock, offset) = zone(time)?;
    let mut clock = clock.splitn(3, ':').map(|part| part.split('.').next()?.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next().unwrap_or(Some(0))?, clock.next().unwrap_or(Some(0))?);
    let in_range = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    in_range.then_some(days(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// The clock, and the seconds it is ahead of UTC.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let (clock, offset) = time.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    Some((clock, sign * (hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60)))
}

/// Days since 1970-01-01 in the Gregorian calendar (the algorithm is Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(0..10_000).contains(&year) || !(1..=days_of(year, month)?).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// How many days a month has; `None` if there is no such month.
fn days_of(year: i64, month: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => Some(29),
        2 => Some(28),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// The point in time as ISO 8601, in UTC; `None` outside the years 0 to 9999 (the inverse of `days`, by the same author).
pub(super) fn text(seconds: i64) -> Option<String> {
    let (days, clock) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    (0..10_000).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(seconds(text), expected, "{text}");
    }

    #[test]
    fn reading() {
        check("1970-01-01T00:00:00Z", Some(0));
        check("2020-04-01T00:00:00Z", Some(1_585_699_200));
        check("2020-04-01", Some(1_585_699_200));
        check("2020-04-01T02:00:00+02:00", Some(1_585_699_200));
        check("2020-04-01T00:00:00.500Z", Some(1_585_699_200));
        check("2024-02-29T23:59:59Z", Some(1_709_251_199));
        check("1585699200", Some(1_585_699_200));
        check("1970", Some(0));
        check("", None);
        check("yesterday", None);
        check("2020-13-01T00:00:00Z", None);
        check("2020-04-01T25:00:00Z", None);
        check("2020-04-01T00:00:00+ä", None);
    }

    #[test]
    fn the_last_day_of_a_month() {
        const DAY: i64 = 86_400;
        check("2023-02-28", Some(1_677_542_400));
        check("2023-03-01", Some(1_677_542_400 + DAY));
        check("2023-02-29", None);
        check("2024-02-29", Some(1_709_164_800));
        check("2024-02-30", None);
        check("2024-02-31T00:00:00Z", None);
        check("2000-02-29", Some(951_782_400));
        check("1900-02-29", None);
        check("2100-02-29", None);
        check("0000-02-29", Some(-62_162_121_600));
        check("2024-01-00", None);
        check("2024-00-01", None);
        for (month, last) in (1..=12).zip([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            assert!(seconds(&format!("2024-{month:02}-{last}")).is_some(), "{month}");
            check(&format!("2024-{month:02}-{}", last + 1), None);
        }
    }

    #[test]
    fn writing_is_the_inverse_of_reading() {
        for time in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "1600-03-01T12:00:00Z", "9999-12-31T00:00:01Z"] {
            assert_eq!(seconds(time).and_then(text).as_deref(), Some(time));
        }
        assert_eq!(text(i64::MAX / 2), None);
    }
}
