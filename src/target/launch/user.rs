//! The user a program runs as.

/// User and group of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    pub uid: u32,
    pub gid: u32,
}

const USERS: &str = "/etc/passwd";

/// Looks a user up by name or number. A number that the table does not have is its own group.
///
/// # Errors
/// Why there is none, for a person.
pub(super) fn find(user: &str) -> Result<User, String> {
    let table = std::fs::read_to_string(USERS).map_err(|e| format!("user `{user}`: {USERS}: {e}"))?;
    let number: Option<u32> = user.parse().ok();
    let listed = table.lines().filter_map(row);
    let found = listed
        .filter(|(name, found)| *name == user || Some(found.uid) == number)
        .map(|(_, found)| found)
        .next();
    found
        .or_else(|| number.map(|n| User { uid: n, gid: n }))
        .ok_or_else(|| {
            format!("there is no user `{user}` in {USERS}; a number does for one who is elsewhere")
        })
}

fn row(line: &str) -> Option<(&str, User)> {
    let fields: Vec<&str> = line.split(':').collect();
    let user = User {
        uid: fields.get(2)?.parse().ok()?,
        gid: fields.get(3)?.parse().ok()?,
    };
    Some((fields[0], user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_name_and_by_number() {
        assert_eq!(find("root"), Ok(User { uid: 0, gid: 0 }));
        assert_eq!(find("0"), Ok(User { uid: 0, gid: 0 }));
        let stranger = 4_123_456_789;
        assert_eq!(
            find(&stranger.to_string()),
            Ok(User {
                uid: stranger,
                gid: stranger
            })
        );
        assert!(find("nobody-is-called-so").unwrap_err().contains("/etc/passwd"));
    }
}
