//! Who may send mail here: STARTTLS (RFC 3207) and AUTH (RFC 4954, PLAIN and LOGIN) on the side of the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::relay::node::Node;

const ENCRYPT_FIRST: &str = "530 5.7.0 STARTTLS first";

/// What one connection may do.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// It comes from this machine by a socket that only the relay's own user can open.
    pub local: bool,
    pub encrypted: bool,
    authenticated: bool,
    asked: Option<Asked>,
}

/// What the next line answers.
#[derive(Debug)]
enum Asked {
    Plain,
    LoginName,
    /// The password of this user.
    LoginPassword(String),
}

impl Access {
    /// Keywords for the reply to EHLO.
    pub fn offers(&self, node: &Node) -> Vec<&'static str> {
        let mut offers = Vec::new();
        if self.offers_tls(node) {
            offers.push("STARTTLS");
        }
        if self.offers_auth(node) {
            offers.push("AUTH PLAIN LOGIN");
        }
        offers
    }

    pub fn offers_tls(&self, node: &Node) -> bool {
        node.secure.mm4.is_some() && !self.encrypted && !self.local
    }

    /// Passwords are not asked for in the clear where the connection has to be encrypted.
    fn offers_auth(&self, node: &Node) -> bool {
        !node.config.mm4.users.is_empty() && !self.local && !self.lacks_tls(node)
    }

    fn lacks_tls(&self, node: &Node) -> bool {
        let required = node.config.mm4.tls.as_ref().is_some_and(|tls| tls.required);
        required && !self.encrypted
    }

    /// Whether there is more to say than that AUTH is not offered.
    pub fn offers_something(&self, node: &Node) -> bool {
        !self.offers(node).is_empty()
    }

    /// Why this connection, of a client that gave itself this name, may send no mail; none: it may.
    pub fn refusal(&self, node: &Node, client: &str) -> Option<&'static str> {
        if self.local {
            return None;
        }
        if self.lacks_tls(node) {
            return Some(ENCRYPT_FIRST);
        }
        let known = self.authenticated || node.config.mm4.users.is_empty();
        if !known {
            return Some("530 5.7.0 AUTH first");
        }
        (!is_trusted(node, client)).then_some("550 5.7.1 this host is not trusted")
    }

    /// Whether the next line is no command, but an answer to AUTH.
    pub fn has_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// AUTH; `initial` is the response that came along, if any.
    pub fn auth(&mut self, node: &Node, mechanism: &str, initial: &str) -> String {
        if !self.offers_auth(node) {
            let refusal = match node.config.mm4.users.is_empty() || self.local {
                true => "502 5.5.1 not offered",
                false => ENCRYPT_FIRST,
            };
            return refusal.to_owned();
        }
        if self.authenticated {
            return "503 5.5.1 AUTH was given".to_owned();
        }
        let (asked, question) = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => (Asked::Plain, "334 ".to_owned()),
            "LOGIN" => (Asked::LoginName, prompt("Username:")),
            _ => return "504 5.5.4 mechanism not known".to_owned(),
        };
        self.asked = Some(asked);
        if initial.is_empty() {
            return question;
        }
        self.answer(node, initial)
    }

    /// An answer to what was asked last.
    pub fn answer(&mut self, node: &Node, line: &str) -> String {
        let Some(asked) = self.asked.take() else {
            return "503 5.5.1 AUTH first".to_owned();
        };
        // `=` stands for an empty initial response, `*` gives it up (RFC 4954 §4).
        let text = match line.trim() {
            "*" => return "501 5.7.0 given up".to_owned(),
            "=" => String::new(),
            text => match STANDARD.decode(text).map(String::from_utf8) {
                Ok(Ok(text)) => text,
                _ => return "501 5.5.2 not base64".to_owned(),
            },
        };
        match asked {
            Asked::Plain => {
                let mut parts = text.split('\0').skip(1);
                let (name, password) = (parts.next(), parts.next());
                self.check(node, name.unwrap_or_default(), password.unwrap_or_default())
            }
            Asked::LoginName => {
                self.asked = Some(Asked::LoginPassword(text));
                prompt("Password:")
            }
            Asked::LoginPassword(name) => self.check(node, &name, &text),
        }
    }

    fn check(&mut self, node: &Node, name: &str, password: &str) -> String {
        let mut users = node.config.mm4.users.iter();
        self.authenticated = users.any(|user| user.name == name && user.password == password);
        if self.authenticated {
            node.log(|| format!("MM4: {name} is authenticated"));
            return "235 2.7.0 Ok".to_owned();
        }
        "535 5.7.8 name or password is wrong".to_owned()
    }
}

/// Whether a host of that name may send mail here.
fn is_trusted(node: &Node, client: &str) -> bool {
    let named = |name: &String| name.eq_ignore_ascii_case(client);
    !node.accent.smtp.trusted_only
        || node.config.mm4.trusted_hosts.iter().any(named)
        || node.routing.is_peer_or_neighbour(&client.to_ascii_lowercase())
}

fn prompt(text: &str) -> String {
    format!("334 {}", STANDARD.encode(text))
}
