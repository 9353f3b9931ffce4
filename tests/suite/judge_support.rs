//! Journals written by hand: a case, and what was seen while it ran, fed to the judge one event after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use mmspec::case::{Script, StepId};
use mmspec::link::Crossing;
use mmspec::run::journal::{Event, NodeState, What};
use mmspec::run::judge::{Judge, Policy, RuleJudge, Sighting, Status};
use mmspec::run::outcome::{CaseResult, ExpectationResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::wire::{Pdu, PduType, Value, compare, mm1, mm4, push};

use crate::case_support::script;

pub const STRICT: Policy = Policy {
    strict: true,
    recalled_inconc: false,
};
pub const LENIENT: Policy = Policy {
    strict: false,
    recalled_inconc: false,
};

pub const ALICE: &str = "+15550100011/TYPE=PLMN";
pub const BOB: &str = "+15550100012/TYPE=PLMN";

/// Names and their texts.
pub type Fields<'a> = &'a [(&'a str, &'a str)];

/// A PDU with these fields.
pub fn pdu(name: &str, fields: Fields<'_>) -> Pdu {
    let kind = PduType::from_name(name).unwrap();
    fields.iter().fold(Pdu::new(kind), |pdu, (field, text)| {
        pdu.with(field, compare::value_of(kind.protocol(), field, text).unwrap())
    })
}

/// One script being judged.
pub struct Journal {
    judge: Judge,
    script: Arc<Script>,
    steps: Vec<StepId>,
    seq: u64,
}

impl Journal {
    /// Begins a case that a relay is alive for.
    pub fn new(case: &str, policy: Policy) -> Journal {
        Journal::begun(case, policy, &["A"])
    }

    pub fn begun(case: &str, policy: Policy, alive: &[&str]) -> Journal {
        let suite = Suite::load(&[]).unwrap();
        let script = Arc::new(script(case));
        let mut journal = Journal {
            judge: Judge::new(Arc::clone(&script), &suite, policy),
            steps: script.steps().map(|s| s.id).collect(),
            script,
            seq: 0,
        };
        let vars = [
            ("alice.plmn", ALICE),
            ("bob.plmn", BOB),
            ("carol.plmn", "+15559990001/TYPE=PLMN"),
            ("run.nonce", "n"),
        ];
        journal.feed(What::Begin {
            steps: Vec::new(),
            unix: 1_800_000_000,
            bindings: BTreeMap::new(),
            vars: vars
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            unclaimed: Vec::new(),
            missing: Vec::new(),
            alive: alive.iter().map(|a| (*a).to_owned()).collect(),
            silent: Vec::new(),
            recorded: Vec::new(),
        });
        journal
    }

    /// Feeds an event a millisecond after the one before.
    pub fn feed(&mut self, what: What) -> u64 {
        let seq = self.seq;
        self.judge.feed(&Event {
            script: self.script.id.clone(),
            seq,
            at_us: seq * 1000,
            what,
        });
        self.seq += 1;
        seq
    }

    /// The step with this number, counted from 0, is reached.
    pub fn start(&mut self, step: usize) -> &mut Self {
        let step = self.steps[step];
        self.feed(What::StepStart { step });
        self
    }

    pub fn time_is_over(&mut self, step: usize) -> &mut Self {
        let step = self.steps[step];
        self.feed(What::WindowEnd { step });
        self
    }

    pub fn status(&self, step: usize) -> Status {
        self.judge.status(self.steps[step])
    }

    /// A user agent posts a PDU.
    pub fn posts(&mut self, step: usize, at: &str, capture: Option<&str>, pdu: &Pdu) -> u64 {
        self.sends(
            step,
            at,
            capture,
            Crossing::HttpRequest {
                method: "POST".to_owned(),
                url: "http://a/".to_owned(),
                headers: Vec::new(),
                body: mm1::encode(pdu).into(),
            },
        )
    }

    /// A peer sends a mail.
    pub fn mails(&mut self, step: usize, at: &str, pdu: &Pdu) -> u64 {
        self.sends(step, at, None, mail(pdu))
    }

    fn sends(&mut self, step: usize, at: &str, capture: Option<&str>, crossing: Crossing) -> u64 {
        let step = Some(self.steps[step]);
        self.feed(What::Sent {
            step,
            capture: capture.map(str::to_owned),
            at: at.to_owned(),
            to: "A".to_owned(),
            crossing,
            wire: None,
        })
    }

    /// The relay answers a request over HTTP, with a PDU or without.
    pub fn responds(&mut self, request: u64, at: &str, status: u16, pdu: Option<&Pdu>) -> &mut Self {
        let body = pdu.map_or_else(Bytes::new, |p| mm1::encode(p).into());
        self.seen(
            at,
            Crossing::HttpResponse {
                status,
                headers: vec![("Content-Type".to_owned(), mm1::MEDIA_TYPE.to_owned())],
                body,
                request,
            },
        )
    }

    pub fn replies(&mut self, request: u64, at: &str, code: u16) -> &mut Self {
        self.seen(
            at,
            Crossing::SmtpReply {
                code,
                text: "as it is".to_owned(),
                stage: "end of data".to_owned(),
                request,
                refused: Vec::new(),
            },
        )
    }

    pub fn does_not_answer(&mut self, request: u64, at: &str) -> &mut Self {
        self.feed(What::NoReply {
            step: None,
            at: at.to_owned(),
            to: "A".to_owned(),
            request,
            error: "connection refused".to_owned(),
            wire: None,
        });
        self
    }

    pub fn pushes(&mut self, at: &str, pdu: &Pdu) -> &mut Self {
        self.seen(
            at,
            Crossing::Push {
                recipient: BOB.to_owned(),
                gateway: "kannel".to_owned(),
                params: Vec::new(),
                wsp: push::encode(1, &mm1::encode(pdu)).into(),
                answered: 202,
            },
        )
    }

    pub fn mails_from_relay(&mut self, at: &str, pdu: &Pdu) -> &mut Self {
        self.seen(at, mail(pdu))
    }

    fn seen(&mut self, place: &str, crossing: Crossing) -> &mut Self {
        self.feed(What::Seen {
            place: place.to_owned(),
            from: Some("A".to_owned()),
            crossing,
            wire: None,
        });
        self
    }

    pub fn dies(&mut self) -> &mut Self {
        self.feed(What::Node {
            node: "A".to_owned(),
            state: NodeState::Died,
            detail: "signal 11".to_owned(),
        });
        self
    }

    /// The journal stops in the middle.
    pub fn breaks_off(self) -> CaseResult {
        self.judge.finish()
    }

    pub fn ends(mut self) -> CaseResult {
        self.feed(What::End);
        self.judge.finish()
    }
}

fn mail(pdu: &Pdu) -> Crossing {
    Crossing::Mail {
        helo: "mms.example".to_owned(),
        mail_from: "system-user@mms.example".to_owned(),
        rcpt_to: vec!["system-user@mms.peer.example".to_owned()],
        refused: Vec::new(),
        data: mm4::encode(pdu).into(),
        reply: Some((250, "Ok".to_owned())),
        dialogue: Vec::new(),
    }
}

/// The result with this id.
pub fn of<'a>(result: &'a CaseResult, id: &str) -> &'a ExpectationResult {
    result
        .expectations
        .iter()
        .find(|e| e.id == id)
        .unwrap_or_else(|| panic!("no {id} in {:#?}", result.expectations))
}

/// Ids with their verdicts, one after the other.
pub fn verdicts(result: &CaseResult) -> Vec<(&str, Verdict)> {
    result
        .expectations
        .iter()
        .map(|e| (e.id.as_str(), e.verdict))
        .collect()
}

/// An M-Send.conf with this status.
pub fn conf(tid: &str, status: &str) -> Pdu {
    pdu(
        "M-Send.conf",
        &[
            ("X-Mms-Transaction-Id", tid),
            ("X-Mms-MMS-Version", "1.3"),
            ("X-Mms-Response-Status", status),
            ("Message-ID", &format!("id-{tid}")),
        ],
    )
}

/// A notification with this transaction id, valid for so many seconds.
pub fn notification(tid: &str, seconds: &str) -> Pdu {
    pdu(
        "M-Notification.ind",
        &[
            ("X-Mms-Transaction-Id", tid),
            ("X-Mms-MMS-Version", "1.3"),
            ("X-Mms-Message-Class", "Personal"),
            ("X-Mms-Message-Size", "100"),
            ("X-Mms-Expiry", seconds),
            ("X-Mms-Content-Location", &format!("http://a/{tid}")),
        ],
    )
}

pub fn delivery(status: &str) -> Pdu {
    pdu(
        "M-Delivery.ind",
        &[
            ("X-Mms-MMS-Version", "1.3"),
            ("Message-ID", "id"),
            ("To", BOB),
            ("Date", "2027-01-15T08:00:00Z"),
            ("X-Mms-Status", status),
        ],
    )
}

pub fn request() -> Pdu {
    pdu(
        "M-Send.req",
        &[
            ("X-Mms-Transaction-Id", "t"),
            ("X-Mms-MMS-Version", "1.3"),
            ("From", "insert-address"),
            ("To", BOB),
        ],
    )
}

pub fn forward(tid: &str) -> Pdu {
    pdu(
        "MM4_forward.REQ",
        &[
            ("X-Mms-3GPP-MMS-Version", "6.3.0"),
            ("X-Mms-Transaction-ID", tid),
            ("X-Mms-Message-ID", "m"),
            ("From", ALICE),
            ("To", "+15559990001/TYPE=PLMN"),
        ],
    )
}

pub fn res(status: &str) -> Pdu {
    pdu(
        "MM4_forward.RES",
        &[
            ("X-Mms-3GPP-MMS-Version", "6.3.0"),
            ("X-Mms-Transaction-ID", "t"),
            ("X-Mms-Message-ID", "m"),
            ("X-Mms-Request-Status-Code", status),
        ],
    )
}

/// Judges the rules of a `kind: always` case over PDUs that relays pushed or posted: script, relay, PDU.
pub fn ruled(case: &str, policy: Policy, seen: &[(&str, &str, Pdu)]) -> CaseResult {
    let suite = Arc::new(Suite::load(&[]).unwrap());
    let mut judge = RuleJudge::new(Arc::new(script(case)), suite, policy);
    for (seq, (script, relay, pdu)) in (0..).zip(seen) {
        let crossing = if pdu.kind == PduType::SendConf {
            Crossing::HttpResponse {
                status: 200,
                headers: Vec::new(),
                body: mm1::encode(pdu).into(),
                request: 0,
            }
        } else {
            mail(pdu)
        };
        let event = Event {
            script: (*script).to_owned(),
            seq,
            at_us: 0,
            what: What::Seen {
                place: "alice".to_owned(),
                from: Some((*relay).to_owned()),
                crossing,
                wire: None,
            },
        };
        judge.feed(script, &Sighting::of(&event).unwrap());
    }
    judge.finish()
}

/// A value no table knows the name of.
pub fn octet(octet: u8) -> Value {
    Value::Token {
        name: format!("0x{octet:02X}").into(),
        octet: Some(octet),
    }
}
