//! The display name of an address ⇄ encoded words (RFC 2047 §5 rule 3). Everything but the name stays as it is written.

use super::words;

/// The address in pieces between which the line may be folded: a name that is not ASCII in encoded words.
pub(super) fn write(text: &str) -> Vec<String> {
    match named(text).filter(|(name, _)| !name.is_ascii()) {
        Some((name, spec)) => {
            let mut pieces = words::encode(&unquoted(name));
            pieces.push(spec.to_owned());
            pieces
        }
        None => vec![text.to_owned()],
    }
}

/// The address with its name in clear; quoted if it could otherwise be taken for more than a name.
pub(super) fn read(text: &str) -> String {
    match named(text).filter(|(name, _)| name.contains("=?") && !name.starts_with('"')) {
        Some((name, spec)) => {
            let (name, _) = words::decode(name.as_bytes());
            let plain = |c: char| c.is_alphanumeric() || " !#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
            let name: String = name
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            if name.chars().all(plain) && !name.contains("=?") {
                format!("{} {spec}", name.trim())
            } else {
                let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{escaped}\" {spec}")
            }
        }
        None => text.to_owned(),
    }
}

/// The name and the `<…>` behind it; none where one of them is missing.
fn named(text: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    let open = text.bytes().position(|b| {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'<' => return !quoted,
            _ => {}
        }
        false
    })?;
    let (name, spec) = (text[..open].trim(), &text[open..]);
    (!name.is_empty() && !spec.is_empty()).then_some((name, spec))
}

/// A quoted string without quotes and escapes.
fn unquoted(name: &str) -> String {
    let Some(inner) = name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) else {
        return name.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_travel_as_encoded_words() {
        let text = "J\u{fc}rg <+15550100017/TYPE=PLMN>";
        assert_eq!(write(text), ["=?utf-8?B?SsO8cmc=?=", "<+15550100017/TYPE=PLMN>"]);
        assert_eq!(read("=?ISO-8859-1?Q?J=FCrg?= <+1555>"), "J\u{fc}rg <+1555>");
        assert_eq!(read("=?utf-8?Q?a=2C_b?= <+1555>"), "\"a, b\" <+1555>");
        for same in [
            "Ann <+1555>",
            "\"a, <b>\" <+1555>",
            "+1555/TYPE=PLMN",
            "<+1555>",
            "\"=?a?Q?b?=\" <c@d>",
        ] {
            assert_eq!(read(same), same);
            assert_eq!(write(same), [same]);
        }
    }

    proptest! {
        #[test]
        fn a_name_comes_back(name in "[a-z\u{e4}\u{416}]{0,40}\u{fc}[a-z ]{0,20}[a-z]|\"\u{fc}[a-z,;@ ]{0,60},\"") {
            let text = format!("{name} <+15550100017>");
            let pieces = write(&text);
            prop_assert!(pieces.iter().all(|p| p.is_ascii()));
            prop_assert_eq!(read(&pieces.join(" ")), text);
        }
    }
}
