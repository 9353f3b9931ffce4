//! Reading positions in a PDU, and the primitives that need nothing but octets.

use bytes::Bytes;

use crate::wire::finding::Findings;
use crate::wire::{Severity, Span};

/// What stopped a primitive from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    #[error("the octets end where a value should stand")]
    Truncated,
    #[error("the text has no terminating NUL")]
    TextNotTerminated,
    #[error("the length goes beyond the end of the PDU")]
    LengthBeyondPdu,
    #[error("the length goes beyond the end of the value it stands in")]
    LengthBeyondValue,
    #[error("the uintvar has more than five octets or more than 32 bits")]
    UintvarOverflow,
    #[error("this is no integer")]
    NotAnInteger,
    #[error("the integer has more than 64 bits")]
    IntegerTooLarge,
    #[error("the value does not have the form of its field")]
    Form,
    #[error("the text is in a charset that is not read here")]
    Charset,
}

/// A fault and the octet it was met at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at octet {offset}: {kind}")]
pub struct Fault {
    /// Octet offset into the PDU.
    pub offset: usize,
    pub kind: FaultKind,
}

impl FaultKind {
    /// The code of the finding this fault becomes.
    pub fn code(self) -> &'static str {
        match self {
            FaultKind::Truncated => "truncated",
            FaultKind::TextNotTerminated => "text-not-terminated",
            FaultKind::LengthBeyondPdu => "value-length-beyond-pdu",
            FaultKind::LengthBeyondValue => "value-length-beyond-value",
            FaultKind::UintvarOverflow => "uintvar-overflow",
            FaultKind::NotAnInteger => "not-an-integer",
            FaultKind::IntegerTooLarge => "integer-too-large",
            FaultKind::Form => "value-form",
            FaultKind::Charset => "charset-unsupported",
        }
    }

    pub fn clause(self) -> &'static str {
        match self {
            FaultKind::Truncated | FaultKind::Form => "WAP-230 §8.4.1.2",
            FaultKind::TextNotTerminated | FaultKind::NotAnInteger | FaultKind::IntegerTooLarge => {
                "WAP-230 §8.4.2.1"
            }
            FaultKind::LengthBeyondPdu | FaultKind::LengthBeyondValue => "WAP-230 §8.4.2.2",
            FaultKind::UintvarOverflow => "WAP-230 §8.1.2",
            FaultKind::Charset => "ENC 1.3 §7.3.19",
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            FaultKind::Charset => Severity::Note,
            _ => Severity::Error,
        }
    }
}

impl Fault {
    /// Notes the fault as a finding about these octets.
    pub fn note(self, at: Span, findings: &mut Findings) {
        let kind = self.kind;
        findings.add(kind.code(), kind.severity(), at, kind.clause(), kind.to_string());
    }
}

/// The three forms a header value has by its first octet (WAP-230 §8.4.1.2); they let a receiver skip any value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 128–255: the octet is the value.
    Octet(u8),
    /// 32–127: text up to a NUL.
    Text,
    /// 0–31: a length, then that many octets.
    Length,
}

/// A position in a PDU and the end it may not read beyond.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    all: &'a Bytes,
    pos: usize,
    end: usize,
}

/// The first octet of a value-length that is followed by a uintvar.
pub const LENGTH_QUOTE: u8 = 31;

impl<'a> Cursor<'a> {
    #[inline]
    pub fn new(all: &'a Bytes) -> Self {
        Cursor {
            all,
            pos: 0,
            end: all.len(),
        }
    }

    /// Octet offset into the PDU.
    #[inline]
    pub fn pos(&self) -> usize {
        self.pos
    }

    #[inline]
    pub fn remaining(&self) -> usize {
        self.end - self.pos
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.pos == self.end
    }

    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// The octets from here to the end.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        &self.all[self.pos..self.end]
    }

    /// From an earlier position to here.
    #[inline]
    pub fn since(&self, start: usize) -> Span {
        Span {
            offset: start,
            len: self.pos - start,
        }
    }

    /// From here to the end.
    #[inline]
    pub fn to_end(&self) -> Span {
        Span {
            offset: self.pos,
            len: self.remaining(),
        }
    }

    #[inline]
    pub fn fault(&self, kind: FaultKind) -> Fault {
        Fault {
            offset: self.pos,
            kind,
        }
    }

    /// Goes to the end.
    #[inline]
    pub fn finish(&mut self) {
        self.pos = self.end;
    }

    #[inline]
    pub fn octet(&mut self) -> Result<u8, Fault> {
        let octet = self.peek().ok_or(self.fault(FaultKind::Truncated))?;
        self.pos += 1;
        Ok(octet)
    }

    /// A cursor over the next `len` octets; this one goes behind them.
    #[inline]
    pub fn sub(&mut self, len: usize) -> Result<Cursor<'a>, Fault> {
        if len > self.remaining() {
            let kind = if self.end == self.all.len() {
                FaultKind::LengthBeyondPdu
            } else {
                FaultKind::LengthBeyondValue
            };
            return Err(self.fault(kind));
        }
        let sub = Cursor {
            all: self.all,
            pos: self.pos,
            end: self.pos + len,
        };
        self.pos += len;
        Ok(sub)
    }

    /// What is left, as a slice of the PDU that shares its memory.
    pub fn into_bytes(self) -> Bytes {
        self.all.slice(self.pos..self.end)
    }

    /// uintvar: seven bits an octet, at most five octets and 32 bits (WAP-230 §8.1.2).
    pub fn uintvar(&mut self) -> Result<u32, Fault> {
        let overflow = self.fault(FaultKind::UintvarOverflow);
        let mut value: u32 = 0;
        for _ in 0..5 {
            let octet = self.octet()?;
            if value > u32::MAX >> 7 {
                return Err(overflow);
            }
            value = value << 7 | u32::from(octet & 0x7F);
            if octet & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(overflow)
    }

    /// Value-length: 0–30, or 31 and a uintvar. The cursor returned covers the octets it counts.
    #[inline]
    pub fn length_value(&mut self) -> Result<Cursor<'a>, Fault> {
        let start = self.pos;
        let first = self.octet()?;
        let len = match first {
            0..LENGTH_QUOTE => u32::from(first),
            LENGTH_QUOTE => self.uintvar()?,
            _ => {
                return Err(Fault {
                    offset: start,
                    kind: FaultKind::Form,
                });
            }
        };
        // A length that does not fit a usize is beyond any PDU.
        self.sub(usize::try_from(len).unwrap_or(usize::MAX))
            .map_err(|fault| Fault {
                offset: start,
                ..fault
            })
    }

    /// The octets up to a NUL, which is passed over.
    #[inline]
    pub fn until_nul(&mut self) -> Result<&'a [u8], Fault> {
        let rest = self.rest();
        let len = memchr::memchr(0, rest).ok_or(self.fault(FaultKind::TextNotTerminated))?;
        self.pos += len + 1;
        Ok(&rest[..len])
    }

    /// Text-string without its quote 0x7F (WAP-230 §8.4.2.1).
    #[inline]
    pub fn text_octets(&mut self) -> Result<&'a [u8], Fault> {
        let octets = self.until_nul()?;
        Ok(octets.strip_prefix(&[QUOTE]).unwrap_or(octets))
    }

    /// [`Cursor::text_octets`] of a cursor that [`Cursor::value`] has returned: the only NUL is its last octet.
    #[inline]
    pub fn whole_text_octets(&mut self) -> Result<&'a [u8], Fault> {
        let Some((0, octets)) = self.rest().split_last() else {
            return Err(self.fault(FaultKind::TextNotTerminated));
        };
        self.finish();
        Ok(octets.strip_prefix(&[QUOTE]).unwrap_or(octets))
    }

    /// Long-integer: 1–30 and that many octets, big-endian.
    pub fn long_integer(&mut self) -> Result<u64, Fault> {
        let start = self.pos;
        let first = self.octet()?;
        if first == 0 || first >= LENGTH_QUOTE {
            self.pos = start;
            return Err(self.fault(FaultKind::NotAnInteger));
        }
        let octets = self.sub(usize::from(first)).map_err(|fault| Fault {
            offset: start,
            ..fault
        })?;
        big_endian(octets.rest()).ok_or(Fault {
            offset: start,
            kind: FaultKind::IntegerTooLarge,
        })
    }

    /// Integer-value: a short-integer (0x80 and seven bits) or a long-integer.
    #[inline]
    pub fn integer(&mut self) -> Result<u64, Fault> {
        match self.peek() {
            Some(octet) if octet >= 0x80 => {
                self.pos += 1;
                Ok(u64::from(octet & 0x7F))
            }
            _ => self.long_integer(),
        }
    }

    /// Passes over a value of any kind by its first octet; the cursor returned covers all of it.
    #[inline]
    pub fn value(&mut self) -> Result<(Form, Cursor<'a>), Fault> {
        let form = self.form()?;
        Ok((form, self.value_of(form)?))
    }

    /// The form of the value that begins here.
    #[inline]
    pub fn form(&self) -> Result<Form, Fault> {
        match self.peek() {
            Some(octet @ 0x80..) => Ok(Form::Octet(octet)),
            Some(0x20..) => Ok(Form::Text),
            Some(_) => Ok(Form::Length),
            None => Err(self.fault(FaultKind::Truncated)),
        }
    }

    /// [`Cursor::value`] where the form is known. Apart from it, because a form and a cursor returned in one are slow to take apart.
    #[inline(always)]
    pub fn value_of(&mut self, form: Form) -> Result<Cursor<'a>, Fault> {
        let start = self.pos;
        match form {
            Form::Octet(_) => self.pos += 1,
            Form::Text => {
                self.until_nul()?;
            }
            Form::Length => {
                if let Err(fault) = self.length_value() {
                    self.pos = start;
                    return Err(fault);
                }
            }
        }
        Ok(Cursor {
            all: self.all,
            pos: start,
            end: self.pos,
        })
    }
}

/// Stands before text whose first octet could be taken for something else.
pub const QUOTE: u8 = 0x7F;

#[inline]
fn big_endian(octets: &[u8]) -> Option<u64> {
    octets.iter().try_fold(0u64, |value, octet| {
        value.checked_mul(256).map(|value| value | u64::from(*octet))
    })
}
