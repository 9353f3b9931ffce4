//! Octets as people annotate them: hex pairs, `"text"` as UTF-8, `#` to the end of the line for remarks.

/// Reads annotated hex. A text stands on one line and has no escapes.
///
/// # Errors
/// Which line cannot be read.
pub fn octets(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate() {
        read_line(line, &mut out).ok_or_else(|| format!("line {} is no hex: {line}", number + 1))?;
    }
    Ok(out)
}

fn read_line(line: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        rest = if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"')?;
            out.extend_from_slice(inside.as_bytes());
            after
        } else {
            out.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
            &rest[2..]
        }
        .trim_start();
    }
    Some(())
}
