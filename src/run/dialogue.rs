//! `dialogue: smtp`: a conversation with a relay's SMTP server, word by word.

use std::sync::Arc;
use std::time::Duration;

use crate::case::{Dialogue, Line, Step};
use crate::link::Crossing;
use crate::party::peer;

use super::compose::Words;
use super::drive::{Driver, Flow, flow};
use super::exchange::Outgoing;
use super::journal::What;
use super::way::Way;

impl Driver {
    /// `dialogue: smtp`, word by word.
    pub async fn dialogue(self: &Arc<Self>, step: &Step, dialogue: &Dialogue) -> Flow {
        let relay = dialogue.to.clone().unwrap_or_else(|| self.first_relay());
        let limit = self.reply_limit();
        let place = dialogue.from.as_str();
        let line = self.stage.line_of_peer(&relay, place);
        // The way lasts as long as the conversation.
        let access = self.stage.access(&relay);
        let client = match access
            .as_ref()
            .map(|access| (access.mm4.client(), access.mm4.smtp_addr()))
        {
            Some((Some(client), Some(addr))) => Ok((client, addr)),
            Some(_) => Err(format!("relay {relay} takes MM4 through a command")),
            None => Err(format!("relay {relay} is down")),
        };
        let way = match client {
            Ok((client, addr)) => Way::over(line.as_ref(), &addr.to_string())
                .await
                .map(|way| (client, way)),
            Err(why) => Err(why),
        };
        let opened = match &way {
            Ok((client, way)) => match way.entrance() {
                Some(entrance) => peer::Dialogue::open(&(*client).clone().through(entrance), limit).await,
                None => peer::Dialogue::open(client, limit).await,
            },
            Err(why) => Err(why.clone()),
        };
        let mut connection = match opened {
            Ok(connection) => Some(connection),
            Err(error) => {
                let words = Crossing::SmtpWords {
                    text: "(connects)".to_owned(),
                };
                let request = self.sent(Some(step.id), None, place, &relay, words, None);
                self.no_reply(Some(step.id), request, place, &relay, error, None);
                None
            }
        };
        for line in &dialogue.lines {
            if self.line(step, line, place, &relay, &mut connection, limit).await == Flow::End {
                return Flow::End;
            }
        }
        Flow::On
    }

    async fn line(
        self: &Arc<Self>,
        step: &Step,
        line: &Line,
        place: &str,
        relay: &str,
        connection: &mut Option<peer::Dialogue>,
        limit: Duration,
    ) -> Flow {
        if let Line::Recv { step: id, .. } = line {
            self.recorder.record(What::StepStart { step: *id });
            let reply = match connection {
                Some(connection) => connection.recv(limit).await,
                None => Err("there is no connection".to_owned()),
            };
            match reply {
                Ok(reply) => {
                    let wire = connection.as_ref().and_then(|c| c.received(&reply));
                    let (code, text) = reply.pair();
                    self.seen(place, relay, Crossing::SmtpLine { code, text }, wire);
                }
                Err(_) => {
                    self.recorder.record(What::WindowEnd { step: *id });
                }
            }
            return flow(self.recorder.status(*id));
        }
        let Some(connection) = connection else {
            return Flow::End;
        };
        let said = match line {
            Line::Recv { .. } => return Flow::On,
            Line::Send { text, .. } | Line::Raw { text, .. } => {
                let words = self.recorder.ask(|judge| Some(Words { judge }.resolve(text)));
                let text = match words {
                    Some(Ok(text)) => text,
                    Some(Err(why)) => return self.uncomposable(step.id, why),
                    None => return Flow::End,
                };
                let crossing = Crossing::SmtpWords { text: text.clone() };
                let octets = match line {
                    Line::Raw { .. } => text.into_bytes(),
                    _ => format!("{text}\r\n").into_bytes(),
                };
                self.sent(None, None, place, relay, crossing, connection.sent(&octets));
                connection.send_raw(&octets).await
            }
            Line::Message { send, capture, .. } => {
                let Some(access) = self.stage.access(relay) else {
                    return Flow::End;
                };
                match self.compose(send, &access, step.id) {
                    Ok(Outgoing::Smtp(mail)) => {
                        let crossing = Crossing::Mail {
                            helo: String::new(),
                            mail_from: mail.mail_from,
                            rcpt_to: mail.rcpt_to,
                            refused: Vec::new(),
                            data: mail.data.clone(),
                            reply: None,
                            dialogue: Vec::new(),
                        };
                        let wire = connection.sending();
                        self.sent(None, capture.as_deref(), place, relay, crossing, wire);
                        connection.send_message(&mail.data).await
                    }
                    Ok(Outgoing::Http(_)) => return Flow::End,
                    Err(why) => return self.uncomposable(step.id, why),
                }
            }
        };
        if let Err(error) = said {
            // The next `recv` finds the connection gone and says so.
            self.seen(
                place,
                relay,
                Crossing::SmtpWords {
                    text: format!("(connection lost: {error})"),
                },
                None,
            );
        }
        Flow::On
    }
}
