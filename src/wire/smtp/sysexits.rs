//! Exit codes of mail commands (`sysexits.h`) and the SMTP replies they stand for, as mail systems have used them since sendmail.

/// The message was taken.
pub const OK: i32 = 0;
/// The command line is wrong.
pub const USAGE: i32 = 64;
/// The message itself cannot be taken.
pub const DATAERR: i32 = 65;
/// Refused for good.
pub const UNAVAILABLE: i32 = 69;
/// Not now: the caller keeps the message and tries again.
pub const TEMPFAIL: i32 = 75;

/// Exit code, the reply it stands for, and its meaning.
const TABLE: &[(i32, u16, &str, &str)] = &[
    (OK, 250, "2.0.0", "taken"),
    (USAGE, 500, "5.0.0", "bad usage"),
    (DATAERR, 501, "5.6.0", "data format error"),
    (66, 550, "5.3.0", "cannot open input"),
    (67, 550, "5.1.1", "user unknown"),
    (68, 550, "5.1.2", "host unknown"),
    (UNAVAILABLE, 554, "5.0.0", "service unavailable"),
    (70, 554, "5.3.0", "internal error"),
    (71, 451, "4.0.0", "operating system error"),
    (72, 554, "5.3.5", "system file missing"),
    (73, 550, "5.0.0", "cannot create output"),
    (74, 451, "4.0.0", "input/output error"),
    (TEMPFAIL, 451, "4.0.0", "try later"),
    (76, 554, "5.5.0", "remote error in protocol"),
    (77, 550, "5.0.0", "permission denied"),
    (78, 554, "5.3.5", "configuration error"),
];

/// The reply that an exit code stands for: code, enhanced status (RFC 3463), meaning. A code that nobody defined is a permanent
/// failure.
pub fn reply(exit: i32) -> (u16, &'static str, &'static str) {
    TABLE.iter().find(|(code, ..)| *code == exit).map_or(
        (554, "5.3.0", "unknown exit code"),
        |(_, code, status, meaning)| (*code, *status, *meaning),
    )
}

/// The exit code of a mail command whose message got this SMTP reply.
pub fn exit(reply: u16) -> i32 {
    match reply / 100 {
        2 => OK,
        4 => TEMPFAIL,
        _ => UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_agree() {
        for (code, ..) in TABLE {
            let (smtp, ..) = reply(*code);
            assert_eq!(exit(smtp) == OK, *code == OK, "{code}");
            assert_eq!(
                exit(smtp) == TEMPFAIL,
                [71, 74, TEMPFAIL].contains(code),
                "{code}"
            );
        }
        assert_eq!(reply(255).0, 554);
    }
}
