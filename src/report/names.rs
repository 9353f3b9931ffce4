//! Names of files that are about a case.

use sha2::{Digest, Sha256};

/// Octets of a name, before its ending. File systems take 255.
const LONGEST: usize = 180;

/// The name, without ending, of files about a case: `case~row` for the script `case[row]`. ASCII letters, digits, `-`, `_`, `@`, `.`; what
/// else an id has is `=` and the octet in hex, so that no two ids share a name; of what is too long, the beginning and a hash.
pub fn file_name(id: &str) -> String {
    let name = match id.strip_suffix(']').and_then(|id| id.split_once('[')) {
        Some((case, row)) => format!("{}~{}", encoded(case), encoded(row)),
        None => encoded(id),
    };
    if name.len() <= LONGEST && !name.is_empty() {
        return name;
    }
    let start: String = name.chars().take(LONGEST - 34).collect();
    format!("{start}~~{}", &hex::encode(Sha256::digest(id))[..32])
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, octet) in text.bytes().enumerate() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'@' => out.push(char::from(octet)),
            // No hidden files, and no way up.
            b'.' if at > 0 => out.push('.'),
            octet => out.push_str(&format!("={octet:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_safe_and_tell_ids_apart() {
        assert_eq!(file_name("mm4-forward"), "mm4-forward");
        assert_eq!(file_name("echo[capitals]"), "echo~capitals");
        assert_eq!(file_name("a b[x/y]"), "a=20b~x=2fy");
        assert_eq!(file_name("../../etc"), "=2e.=2f..=2fetc");
        assert_eq!(file_name("ä"), "=c3=a4");
        let ids = ["a[b]", "a~b", "a[b", "a=20b", "a b", "", "[]", "a[b[c]]"];
        let names: std::collections::BTreeSet<String> = ids.iter().map(|id| file_name(id)).collect();
        assert_eq!(names.len(), ids.len());
        let (long, other) = (format!("{}1", "x".repeat(400)), format!("{}2", "x".repeat(400)));
        assert!(file_name(&long).len() <= super::LONGEST);
        assert_ne!(file_name(&long), file_name(&other));
    }
}
