//! The verbs of steps and their arguments.

use super::keys::*;
use super::names::{DNS_WORDS, RADIO_WORDS};
use super::shape::{Shape, Verb, may, need};

/// The verbs. `send` stands here three times, once for each kind of object.
pub(crate) const VERBS: &[Verb] = &[
    Verb {
        name: "send",
        object: Shape::Pdu,
        keys: &[
            FROM,
            TO,
            PDU_HEADERS,
            PDU_CONTENT,
            DAMAGE,
            may(
                "mail-from",
                Shape::Template,
                "MM4: the envelope's sender; the peer's system address by default",
            ),
            may(
                "rcpt-to",
                Shape::Templates,
                "MM4: the envelope's recipients; every To and Cc by default",
            ),
            HTTP_SEND,
            AS,
        ],
        about: "a party sends a PDU; mandatory fields are filled in",
    },
    Verb {
        name: "send",
        object: Shape::Word(&["GET"]),
        keys: &[
            FROM,
            need(
                "url",
                Shape::Template,
                "what to fetch, usually `$notification.X-Mms-Content-Location`",
            ),
            TO,
            HTTP_SEND,
            AS,
        ],
        about: "a user agent fetches an MM",
    },
    Verb {
        name: "send",
        object: Shape::Word(&["repeat"]),
        keys: &[
            FROM,
            need("of", Shape::Captures, "`$capture` of an earlier send"),
            TO,
            AS,
        ],
        about: "the octets of an earlier send once more",
    },
    Verb {
        name: "expect",
        object: Shape::PduOrReply,
        keys: EXPECT,
        about: "takes the earliest such event and judges it",
    },
    Verb {
        name: "expect-none",
        object: Shape::PduOrReply,
        keys: &[
            AT,
            ON,
            WHERE,
            may(
                "repeats",
                Shape::Word(&["count"]),
                "repeats of a push already taken count too",
            ),
            WITHIN,
            AS,
            TESTS,
        ],
        about: "no such event until the time is over",
    },
    Verb {
        name: "any-of",
        object: Shape::Alternatives,
        keys: &[WITHIN, AS, TESTS],
        about: "the earliest event that any alternative selects; one alternative must be satisfied",
    },
    Verb {
        name: "set",
        object: Shape::Party,
        keys: &[
            may(
                "smtp",
                Shape::SmtpRules,
                "how the peer's SMTP server answers from now on",
            ),
            may(
                "http",
                Shape::HttpRules,
                "how pushes for this user agent are answered from now on",
            ),
            may(
                "smpp",
                Shape::SmppRules,
                "how an SMSC answers messages for this user agent from now on",
            ),
            may(
                "acknowledge",
                Shape::Acknowledge,
                "the peer's answer to REQs that ask for one: a status, or `no`",
            ),
            may(
                "naptr",
                Shape::NaptrRecords,
                "the name's NAPTR records from now on",
            ),
            may("mx", Shape::MxRecords, "the name's MX records from now on"),
            may("address", Shape::Templates, "the name's addresses from now on"),
            may("alias", Shape::Template, "the name is an alias of this one"),
            may(
                "dns",
                Shape::Word(DNS_WORDS),
                "what the DNS says of the name instead of records",
            ),
            may(
                "ttl",
                Shape::Number,
                "seconds for which records may be remembered; 0 if not said",
            ),
            may(
                "home",
                Shape::Home,
                "the relay that this user agent lives on from now on, or what each relay is told",
            ),
            may(
                "shape",
                Shape::Wire,
                "how the link, or a user agent's MM1, is from now on; `usual` is an ordinary one",
            ),
            may(
                "radio",
                Shape::Word(RADIO_WORDS),
                "the radio network that the user agent is in from now on",
            ),
        ],
        about: "how a fake party behaves, how a link is, or what the DNS says of a name, from now on",
    },
    Verb {
        name: "start",
        object: Shape::Relay,
        keys: &[],
        about: "the relay starts again",
    },
    Verb {
        name: "stop",
        object: Shape::Relay,
        keys: &[],
        about: "the relay is asked to end",
    },
    Verb {
        name: "kill",
        object: Shape::Relay,
        keys: &[],
        about: "the relay dies at once",
    },
    Verb {
        name: "dialogue",
        object: Shape::Word(&["smtp"]),
        keys: &[
            FROM,
            TO,
            need("lines", Shape::Lines, "what is said and heard, in order"),
            AS,
        ],
        about: "SMTP word by word on one connection",
    },
    Verb {
        name: "use",
        object: Shape::Group,
        keys: &[may("with", Shape::With, "the group's parameters"), AS],
        about: "the steps of a group",
    },
    Verb {
        name: "parallel",
        object: Shape::Lanes,
        keys: &[],
        about: "lanes side by side; the step ends when all have ended",
    },
    Verb {
        name: "repeat",
        object: Shape::Repeat,
        keys: &[],
        about: "the steps several times over; `$i` is the round",
    },
];
