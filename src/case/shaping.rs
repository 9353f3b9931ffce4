//! What a case says of a wire: how it is from now on.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a link, or the radio link of a user agent, is from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shaping {
    Usual,
    Radio(&'static Radio),
    Shape(LinkShape),
}

/// A link in bad shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkShape {
    /// Bits in a second.
    pub rate: Option<u64>,
    /// How much later every octet arrives.
    pub delay: Duration,
    /// Of a hundred packets so many are lost and sent again.
    pub loss: u8,
    /// What the above is about; both directions if not said.
    pub direction: Option<Way>,
    pub cut: Option<CutAfter>,
    pub state: LinkState,
    /// Pushes for the user agent are lost.
    pub pushes_lost: bool,
    /// How many connections, cuts or pushes it is about; 0 is all.
    pub times: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From the side that opened the connection.
    Up,
    Down,
}

impl Way {
    pub const WORDS: &'static [&'static str] = &["up", "down"];
}

/// Where a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutAfter {
    Octets(u64),
    /// Between the end of data and its reply.
    EndOfData,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkState {
    #[default]
    Up,
    Stalled,
    Down,
}

impl LinkState {
    pub const WORDS: &'static [&'static str] = &["up", "stalled", "down"];
}

/// A radio network as a user agent meets it: ordinary figures of the air interface, not the best ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Radio {
    pub name: &'static str,
    /// Bits in a second from and to the user agent.
    pub up: u64,
    pub down: u64,
    /// One way.
    pub delay_ms: u64,
    pub coverage: bool,
}

/// Four GPRS slots with CS-2 down and one up; EDGE with MCS-6; a UMTS bearer of 384 kbit/s; an LTE cell under load.
pub const RADIOS: &[Radio] = &[
    Radio {
        name: "GPRS",
        up: 13_400,
        down: 53_600,
        delay_ms: 300,
        coverage: true,
    },
    Radio {
        name: "EDGE",
        up: 59_200,
        down: 118_400,
        delay_ms: 150,
        coverage: true,
    },
    Radio {
        name: "UMTS",
        up: 64_000,
        down: 384_000,
        delay_ms: 75,
        coverage: true,
    },
    Radio {
        name: "LTE",
        up: 10_000_000,
        down: 30_000_000,
        delay_ms: 20,
        coverage: true,
    },
    Radio {
        name: "out-of-coverage",
        up: 0,
        down: 0,
        delay_ms: 0,
        coverage: false,
    },
];

impl fmt::Display for Shaping {
    /// After the name of the link: `has 9600 bit/s and …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shaping::Usual => f.write_str("is as usual"),
            Shaping::Radio(radio) if radio.coverage => write!(
                f,
                "is {}: {} bit/s up, {} bit/s down, {} ms one way",
                radio.name, radio.up, radio.down, radio.delay_ms
            ),
            Shaping::Radio(_) => f.write_str("is out of coverage"),
            Shaping::Shape(shape) => shape.fmt(f),
        }
    }
}

impl fmt::Display for LinkShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = Vec::new();
        match self.state {
            LinkState::Up => {}
            LinkState::Stalled => said.push("lets nothing pass".to_owned()),
            LinkState::Down => said.push("is down".to_owned()),
        }
        said.extend(self.rate.map(|rate| format!("has {rate} bit/s")));
        if !self.delay.is_zero() {
            said.push(format!("is {} ms late", self.delay.as_millis()));
        }
        if self.loss > 0 {
            said.push(format!("loses {}% of its packets", self.loss));
        }
        said.extend(self.cut.map(|cut| match cut {
            CutAfter::Octets(n) => format!("breaks after {n} octets"),
            CutAfter::EndOfData => "breaks between the end of data and its reply".to_owned(),
        }));
        if self.pushes_lost {
            said.push("loses pushes".to_owned());
        }
        if said.is_empty() {
            said.push("is as usual".to_owned());
        }
        f.write_str(&said.join(" and "))?;
        match self.direction {
            Some(Way::Up) => f.write_str(", in what is asked")?,
            Some(Way::Down) => f.write_str(", in what is answered")?,
            None => {}
        }
        match self.times {
            0 => Ok(()),
            1 => f.write_str(", once"),
            n => write!(f, ", {n} times"),
        }
    }
}
