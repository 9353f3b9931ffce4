//! Instants relative to the start of a script: `now`, `now+3600s`, `now-10m`.

use std::time::Duration;

use crate::wire::date;

/// The instant a reference means, as RFC 3339, given the second the script began.
pub fn instant(reference: &str, unix: i64) -> Option<String> {
    let rest = reference.strip_prefix("now")?;
    let (sign, span) = match rest.as_bytes().first() {
        None => return Some(date::rfc3339(unix)),
        Some(b'+') => (1, &rest[1..]),
        Some(b'-') => (-1, &rest[1..]),
        Some(_) => return None,
    };
    let seconds = i64::try_from(duration(span)?.as_secs()).ok()?;
    Some(date::rfc3339(unix + sign * seconds))
}

/// Reads `500ms`, `2s`, `10m`, `1h`, `3d`; a bare number is seconds.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        "d" => number.checked_mul(86_400_000),
        _ => None,
    }?;
    Some(Duration::from_millis(millis))
}

/// A duration as a variable holds it: `500ms`, `2s`.
pub fn text(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis.is_multiple_of(1000) {
        format!("{}s", millis / 1000)
    } else {
        format!("{millis}ms")
    }
}
