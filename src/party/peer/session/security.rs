//! STARTTLS (RFC 3207) and AUTH (RFC 4954) of a session, where the peer's terms have them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN};

use super::{Greeted, IDLE, Over, Session, Step, receiver};
use crate::link::Connection;
use crate::link::reply::Reply;
use crate::party::delay;
use crate::party::peer::channel::Channel;
use crate::party::script::SmtpStage;
use crate::wire::smtp::Received;

const ACCEPTED: &str = "235 2.7.0 Welcome";
const REFUSED: &str = "535 5.7.8 Username or password is wrong";
const TLS_FIRST: &str = "530 5.7.0 Must issue STARTTLS first";
const AUTH_FIRST: &str = "530 5.7.0 Authentication required";

impl Session {
    /// An answer to EHLO with what the terms add to it, whatever a script makes of the rest: a relay that needs them could not go on.
    pub(super) fn with_security_offers(&self, reply: Reply) -> Reply {
        let terms = &self.house.terms;
        let mut texts: Vec<&str> = reply.text.split('\n').collect();
        if terms.tls.is_some() && !self.is_secure() {
            texts.push("STARTTLS");
        }
        if terms.login.is_some() && !self.needs_tls() {
            texts.push("AUTH PLAIN LOGIN");
        }
        if texts.len() == reply.lines.len() {
            return reply;
        }
        let last = texts.len() - 1;
        let line = |(at, text): (usize, &&str)| {
            format!("{}{}{text}", reply.code, if at == last { ' ' } else { '-' })
        };
        let lines: Vec<String> = texts.iter().enumerate().map(line).collect();
        Reply::written(&lines.join("\n"))
    }

    /// Why no mail can be taken yet.
    pub(super) fn security_demand(&self) -> Option<&'static str> {
        let login = self.house.terms.login.as_ref();
        if self.needs_tls() {
            Some(TLS_FIRST)
        } else if login.is_some_and(|login| login.demanded) && !self.authenticated {
            Some(AUTH_FIRST)
        } else {
            None
        }
    }

    pub(super) async fn start_tls(&mut self) -> Step {
        let Some(tls) = self.house.terms.tls.clone().filter(|_| !self.is_secure()) else {
            return self.say_text("502 5.5.1 Not implemented").await;
        };
        self.abandon();
        let reply = self
            .answer(SmtpStage::StartTls, self.exclusive(), "220 2.0.0 Ready for TLS")
            .await?;
        if reply.code != 220 {
            return self.refused(&reply).await;
        }
        self.say(&reply).await?;
        self.flush().await?;
        // Both sides forget what they learned in clear text; what was sent ahead of the handshake counts among it.
        self.receiver = receiver();
        self.greeted = Greeted::No;
        self.authenticated = false;
        let clear = std::mem::replace(&mut self.channel, Channel::Closed);
        match delay::within(IDLE, clear.into_server_tls(Arc::clone(&tls))).await {
            Ok(Ok(secured)) => {
                self.transaction
                    .happened(&secured.tls().unwrap_or_else(|| "TLS".to_owned()));
                self.channel = secured;
                self.connection = self.connection.map(Connection::over_tls);
                Ok(())
            }
            Ok(Err(error)) => self.tls_failed(&error.to_string()),
            Err(late) => self.tls_failed(&late.to_string()),
        }
    }

    pub(super) async fn auth(&mut self, mechanism: u64, initial: &str) -> Step {
        if self.greeted != Greeted::Yes || self.transaction.is_open() {
            return self
                .say_text("503 5.5.1 AUTH comes after EHLO, before MAIL")
                .await;
        }
        if self.house.terms.login.is_none() {
            return self.say_text("502 5.5.1 Not implemented").await;
        }
        if self.needs_tls() {
            return self.say_text(TLS_FIRST).await;
        }
        if self.authenticated {
            return self.say_text("503 5.5.1 Authenticated already").await;
        }
        let shown = match mechanism {
            AUTH_PLAIN => self.plain(initial).await?,
            AUTH_LOGIN => self.login(initial).await?,
            _ => return self.say_text("504 5.5.4 PLAIN or LOGIN").await,
        };
        let Some((username, password)) = shown else {
            return self.say_text("501 5.5.2 Not understood").await;
        };
        let known = self
            .house
            .terms
            .login
            .as_ref()
            .is_some_and(|login| login.username == username && login.password.reveal() == password);
        let ordinary = if known { ACCEPTED } else { REFUSED };
        let reply = self.answer(SmtpStage::Auth, self.exclusive(), ordinary).await?;
        if !reply.is_completion() {
            return self.refused(&reply).await;
        }
        self.authenticated = true;
        self.say(&reply).await
    }

    /// Username and password, in one response.
    async fn plain(&mut self, initial: &str) -> Step<Option<(String, String)>> {
        let response = match initial.trim() {
            "" => self.challenge("").await?,
            initial => initial.to_owned(),
        };
        let decoded = decoded(&response);
        Ok(decoded.and_then(|text| {
            // authorization identity, username, password
            let mut words = text.splitn(3, '\0').skip(1).map(str::to_owned);
            Some((words.next()?, words.next()?))
        }))
    }

    async fn login(&mut self, initial: &str) -> Step<Option<(String, String)>> {
        let username = match initial.trim() {
            "" => self.challenge("Username:").await?,
            initial => initial.to_owned(),
        };
        let password = self.challenge("Password:").await?;
        Ok(decoded(&username).zip(decoded(&password)))
    }

    /// The client's response to a challenge, not decoded.
    async fn challenge(&mut self, text: &str) -> Step<String> {
        self.say_text(&format!("334 {}", BASE64.encode(text))).await?;
        match self.receive().await? {
            Received::Command(line) => {
                self.transaction.client_hid(&line);
                Ok(line)
            }
            Received::Message(_) | Received::TooLong | Received::TooLarge => Ok("*".to_owned()),
        }
    }

    /// A client that is refused before it can name a recipient: that is for whoever has the peer for itself, else unsolicited.
    async fn refused(&mut self, reply: &Reply) -> Step {
        self.transaction.server_said(reply);
        let crossing = self.transaction.end(Vec::new(), Some(reply));
        self.arrived(self.exclusive(), crossing);
        self.write(reply).await
    }

    fn tls_failed(&mut self, why: &str) -> Step {
        self.transaction.happened(&format!("TLS failed: {why}"));
        let crossing = self.transaction.end(Vec::new(), None);
        self.arrived(self.exclusive(), crossing);
        Err(Over::Closed)
    }

    fn is_secure(&self) -> bool {
        matches!(self.channel, Channel::Tls(_))
    }

    fn needs_tls(&self) -> bool {
        self.house.terms.tls_demanded && self.house.terms.tls.is_some() && !self.is_secure()
    }
}

/// `None`: no base64 of a text. `*` gives up (RFC 4954 §4).
fn decoded(response: &str) -> Option<String> {
    let octets = BASE64.decode(response.trim()).ok()?;
    String::from_utf8(octets).ok()
}
