//! SMTP command lines (RFC 5321 §4.1).

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Helo(String),
    Ehlo(String),
    /// The reverse-path, empty for `<>`, and the parameters.
    Mail(String, Vec<(String, String)>),
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Quit,
    /// Whom it asks about.
    Vrfy(String),
    Help,
    /// A mechanism, and the response that came along, or nothing.
    Auth(String, String),
    StartTls,
    /// Known, but not offered here.
    NotOffered,
    /// A known command with arguments that are none.
    BadArguments,
    Unknown,
}

impl Command {
    pub fn parse(line: &str) -> Command {
        let line = line.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "HELO" if !rest.is_empty() => Command::Helo(rest.to_owned()),
            "EHLO" if !rest.is_empty() => Command::Ehlo(rest.to_owned()),
            "HELO" | "EHLO" => Command::BadArguments,
            "MAIL" => match path(rest, "FROM:") {
                Some((path, parameters)) => Command::Mail(path, parameters),
                None => Command::BadArguments,
            },
            "RCPT" => match path(rest, "TO:") {
                Some((path, parameters)) if parameters.is_empty() && !path.is_empty() => Command::Rcpt(path),
                _ => Command::BadArguments,
            },
            "DATA" if rest.is_empty() => Command::Data,
            "RSET" if rest.is_empty() => Command::Rset,
            "DATA" | "RSET" => Command::BadArguments,
            "NOOP" => Command::Noop,
            "QUIT" => Command::Quit,
            "VRFY" => Command::Vrfy(rest.to_owned()),
            "HELP" => Command::Help,
            "AUTH" => {
                let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
                Command::Auth(mechanism.to_owned(), initial.trim().to_owned())
            }
            "STARTTLS" if rest.is_empty() => Command::StartTls,
            "EXPN" | "STARTTLS" | "BDAT" | "TURN" | "ETRN" => Command::NotOffered,
            _ => Command::Unknown,
        }
    }
}

type Path = (String, Vec<(String, String)>);

/// `FROM:<path> NAME=VALUE …`. Blanks before the path and a path without brackets occur and are taken.
fn path(text: &str, keyword: &str) -> Option<Path> {
    let head = text.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = text[keyword.len()..].trim_start();
    let (path, rest) = match rest.strip_prefix('<') {
        Some(inside) => inside.split_once('>')?,
        None => rest.split_once(' ').unwrap_or((rest, "")),
    };
    if path.contains([' ', '<', '\t']) || (rest.is_empty() && path.is_empty() && !text.contains('<')) {
        return None;
    }
    // A source route (RFC 5321 §4.1.1.3) is ignored.
    let mailbox = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    let parameters = rest.split_whitespace().map(|p| {
        let (name, value) = p.split_once('=').unwrap_or((p, ""));
        (name.to_ascii_uppercase(), value.to_owned())
    });
    Some((mailbox.to_owned(), parameters.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_in_several_clothes() {
        let mail = |line: &str| Command::parse(line);
        assert_eq!(mail("MAIL FROM:<>"), Command::Mail(String::new(), Vec::new()));
        assert_eq!(
            mail("mail from: <a@b> SIZE=10 BODY=8BITMIME"),
            Command::Mail(
                "a@b".to_owned(),
                vec![
                    ("SIZE".to_owned(), "10".to_owned()),
                    ("BODY".to_owned(), "8BITMIME".to_owned())
                ]
            )
        );
        assert_eq!(mail("MAIL FROM:"), Command::BadArguments);
        assert_eq!(
            mail("RCPT TO:<+15550100017/TYPE=PLMN@mms.example>"),
            Command::Rcpt("+15550100017/TYPE=PLMN@mms.example".to_owned())
        );
        assert_eq!(mail("RCPT TO:<>"), Command::BadArguments);
        assert_eq!(mail("DATA now"), Command::BadArguments);
        assert_eq!(mail("XYZZY"), Command::Unknown);
    }
}
