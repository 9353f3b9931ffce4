//! Instants as text: RFC 3339 for people and cases, RFC 5322 and HTTP-date for the wire.
//!
//! Instants are seconds since 1970-01-01T00:00:00Z. What lies outside the years -9999 to 9999 is written as the nearest end.

use std::borrow::Cow;

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};

/// `2026-11-24T13:00:00Z`.
pub fn rfc3339(seconds: i64) -> String {
    timestamp(seconds).to_string()
}

/// `Tue, 24 Nov 2026 13:00:00 +0000`.
pub fn rfc5322(seconds: i64) -> String {
    timestamp(seconds)
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

/// `Tue, 24 Nov 2026 13:00:00 GMT`, valid as HTTP-date and as RFC 5322 date-time.
pub fn http(seconds: i64) -> String {
    timestamp(seconds)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// `2611241300`: as receipts of SMPP have it (SMPP 3.4 App. B), in UTC.
pub fn minute(seconds: i64) -> String {
    timestamp(seconds).strftime("%y%m%d%H%M").to_string()
}

/// Reads any of the above but the last, with comments or without a zone (then it is UTC), and every RFC 5322 zone and obsolete form, and the two old forms of HTTP-date
/// (RFC 9110 §5.6.7). A wrong day of the week does not matter. Bare digits are no date here: on the wire they would be
/// delta-seconds.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() || text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    rfc5322_date(&without_comments(text))
        .or_else(|| text.parse::<Timestamp>().ok())
        .or_else(|| rfc850_date(text))
        .or_else(|| asctime_date(text))
        .or_else(|| without_zone(text))
        .map(Timestamp::as_second)
}

/// The text without RFC 5322 comments, which may nest.
fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains('(') {
        return text.into();
    }
    let mut open = 0_usize;
    let plain = text.chars().filter(|c| {
        open += usize::from(*c == '(');
        let inside = open > 0;
        open = open.saturating_sub(usize::from(*c == ')'));
        !inside
    });
    plain.collect::<String>().trim().to_owned().into()
}

/// What relays send that forget the zone: `2026-11-24T13:00:00`, `Tue, 24 Nov 2026 13:00:00`.
fn without_zone(text: &str) -> Option<Timestamp> {
    let civil = text.parse::<DateTime>().ok().filter(|_| text.contains(':'));
    match civil {
        Some(civil) => Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp()),
        None => rfc5322_date(&format!("{text} +0000")),
    }
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn rfc5322_date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    PARSER.parse_timestamp(text).ok()
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`, which becomes an RFC 5322 date once the day of the week is gone.
fn rfc850_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.split_once(',')?;
    let (date, time) = rest.trim().split_once(' ')?;
    rfc5322_date(&format!("{} {time}", date.replace('-', " ")))
}

/// `Sun Nov  6 08:49:37 1994`.
fn asctime_date(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let &[_, month, day, time, year] = words.as_slice() else {
        return None;
    };
    let broken_down = strtime::parse("%b %d %H:%M:%S %Y", format!("{month} {day} {time} {year}")).ok()?;
    let civil: DateTime = broken_down.to_datetime().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INSTANT: i64 = 1_795_525_200;

    #[test]
    fn the_three_forms() {
        assert_eq!(rfc3339(INSTANT), "2026-11-24T13:00:00Z");
        assert_eq!(rfc5322(INSTANT), "Tue, 24 Nov 2026 13:00:00 +0000");
        assert_eq!(http(INSTANT), "Tue, 24 Nov 2026 13:00:00 GMT");
        assert_eq!(http(1_112_335_323), "Fri, 01 Apr 2005 06:02:03 GMT");
    }

    #[test]
    fn every_deployed_form_is_read() {
        for text in [
            "Tue, 24 Nov 2026 13:00:00 GMT",
            "Tue, 24 Nov 2026 13:00:00 UT",
            "24 Nov 2026 13:00 Z",
            "Tue, 24 Nov 2026 08:00:00 EST",
            "Tue, 24 Nov 2026 06:00:00 PDT",
            "Tue, 24 Nov 2026 15:00:00 +0200 (EET)",
            "Tue,  24 Nov 26 13:00:00 -0000",
            "Mon, 24 Nov 2026 13:00:00 +0000",
            "Tue, 24 Nov 2026 13:00:00 XYZ",
            "Tuesday, 24-Nov-26 13:00:00 GMT",
            "Tue Nov 24 13:00:00 2026",
            "2026-11-24T13:00:00Z",
            "2026-11-24T15:00:00+02:00",
            "2026-11-24 13:00:00Z",
            " Tue, 24 Nov 2026 13:00:00 GMT ",
            "2026-11-24T13:00:00",
            "Tue, 24 Nov 2026 13:00:00",
            "Tue, 24 Nov 126 13:00:00 GMT",
            "tue, 24 nov 2026 13:00:00 gmt",
            "Tue, 24 (the (very) day) Nov 2026 13:00:00 GMT",
        ] {
            let expected = if text.contains("PDT") {
                INSTANT
            } else {
                parse("24 Nov 2026 13:00:00 Z").unwrap()
            };
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
        assert_eq!(parse("1 Jan 99 00:00:00 GMT"), parse("1999-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            " ",
            "3600",
            "yesterday",
            "Tue, 31 Feb 2026 13:00:00 GMT",
            "Tue, 24 Nov 2026",
            "2026-11-24",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for seconds in [i64::MIN, i64::MAX, -1, 0] {
            assert!(!rfc3339(seconds).is_empty());
            assert!(!rfc5322(seconds).is_empty());
            assert!(!http(seconds).is_empty());
        }
    }

    proptest! {
        #[test]
        fn written_dates_are_read_back(seconds in 0_i64..253_402_300_799) {
            prop_assert_eq!(parse(&rfc3339(seconds)), Some(seconds));
            prop_assert_eq!(parse(&rfc5322(seconds)), Some(seconds));
            prop_assert_eq!(parse(&http(seconds)), Some(seconds));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC*") {
            parse(&text);
        }
    }
}
