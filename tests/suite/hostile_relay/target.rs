//! The target file of such a relay, and the case that meets each deed.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::server::{Deed, Others, Relay};

const SUBMISSION: &str = "mm1-send-conf-echoes-transaction-id[capitals]";
const NOTIFICATION: &str = "mm1-notification-class-defaults-to-personal";
const INBOUND: &str = "mm4-forward-ack-echoes-ids[quoted]";
const OUTBOUND: &str = "mm4-content-reaches-the-peer-unchanged[jpeg]";

/// Every deed that has an end, or that a case ends.
pub const DEEDS: &[(Deed, &str)] = &[
    (Deed::NoAnswer, SUBMISSION),
    (Deed::HalfClosedAnswer, SUBMISSION),
    (Deed::BodyOf100Megabytes, SUBMISSION),
    (Deed::EndlessBody, SUBMISSION),
    (Deed::EndlessHeader, SUBMISSION),
    (Deed::DrippingBody, SUBMISSION),
    (Deed::PushOf100Megabytes, NOTIFICATION),
    (Deed::EndlessPushHeader, NOTIFICATION),
    (Deed::DrippingPush, NOTIFICATION),
    (Deed::HalfClosedPush, NOTIFICATION),
    (Deed::NoGreeting, INBOUND),
    (Deed::EndlessReply, INBOUND),
    (Deed::EndlessReplyLine, INBOUND),
    (Deed::DrippingReply, INBOUND),
    (Deed::HalfClosedReply, INBOUND),
    (Deed::EndlessCommand, OUTBOUND),
    (Deed::EndlessMailHeader, OUTBOUND),
    (Deed::MailOf100Megabytes, OUTBOUND),
    (Deed::DrippingMail, OUTBOUND),
    (Deed::HalfClosedMail, OUTBOUND),
    (Deed::Text, SUBMISSION),
];

/// The case in `own/` that waits for what never comes, while notifications do.
pub const PATIENT_ID: &str = "patient";

const PATIENT: &str = "\
id: patient
title: A report comes although notifications come too
topology: one-relay
setup:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
steps:
  - expect: M-Delivery.ind
    at: bob
    within: PATIENCEms
    tests: [TP-M4R-01]
";

/// A port that was free a moment ago: the relay must know it before the run opens it.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this host has a free port");
    listener.local_addr().expect("it is bound")
}

/// Starts the relay, and writes `target.yaml` and `own/patient.yaml`, which waits `patience` milliseconds.
pub fn write(dir: &Path, deed: Deed, patience: u32) {
    let others = Others {
        kannel: free(),
        peer: free(),
    };
    let relay = Relay::start(deed, others);
    let target = format!(
        "name: hostile\n\
         start: remote\n\
         ixit:\n  \
           domain: mms.home.example\n  \
           system-address: system-user@mms.home.example\n  \
           numbers: {{ prefix: \"+1555100\" }}\n  \
           mm1: {{ url: \"http://{}/mms\", identity: {{ X-Number: \"{{number}}\" }} }}\n  \
           mm4: {{ to: \"{}\" }}\n  \
           push: {{ kannel: {{ listen: \"{}\" }} }}\n  \
           peers:\n    \
             p: {{ domain: mms.p.example, listen: \"{}\", prefix: \"+1555200\" }}\n\
         timers: {{ reply: 700, notify: 700, mm4: 700, mm4-response: 700 }}\n",
        relay.mm1, relay.mm4, others.kannel, others.peer
    );
    let own = dir.join("own");
    let patient = PATIENT.replace("PATIENCE", &patience.to_string());
    fs::create_dir(&own)
        .and_then(|()| fs::write(own.join("patient.yaml"), patient))
        .and_then(|()| fs::write(dir.join("target.yaml"), target))
        .expect("the folder can be written to");
}
