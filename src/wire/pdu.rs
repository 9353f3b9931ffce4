//! The PDU as a value: its type, its fields in wire order, its content. One shape for MM1 and MM4, so that a case
//! speaks of both with the same words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Content, Finding, Name, Value};

/// Which reference point a PDU belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    Mm1,
    Mm4,
}

macro_rules! pdu_types {
    ($( $variant:ident = $name:literal, $protocol:ident, $octet:expr; )*) => {
        /// Every PDU of MM1 (ENC 1.3 §7.3.30) and MM4 (TS 23.140 §8.4.4).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum PduType { $( $variant, )* }

        impl PduType {
            pub const ALL: &'static [PduType] = &[ $( PduType::$variant, )* ];

            /// The name the standard gives it, for example `M-Send.req` or `MM4_forward.REQ`.
            pub fn name(self) -> &'static str {
                match self { $( PduType::$variant => $name, )* }
            }

            pub fn protocol(self) -> Protocol {
                match self { $( PduType::$variant => Protocol::$protocol, )* }
            }

            /// The octet of X-Mms-Message-Type on MM1 (ENC 1.3 §7.3.30); none on MM4.
            #[inline]
            pub fn octet(self) -> Option<u8> {
                match self { $( PduType::$variant => $octet, )* }
            }
        }
    };
}

pdu_types! {
    SendReq = "M-Send.req", Mm1, Some(0x80);
    SendConf = "M-Send.conf", Mm1, Some(0x81);
    NotificationInd = "M-Notification.ind", Mm1, Some(0x82);
    NotifyRespInd = "M-NotifyResp.ind", Mm1, Some(0x83);
    RetrieveConf = "M-Retrieve.conf", Mm1, Some(0x84);
    AcknowledgeInd = "M-Acknowledge.ind", Mm1, Some(0x85);
    DeliveryInd = "M-Delivery.ind", Mm1, Some(0x86);
    ReadRecInd = "M-Read-Rec.ind", Mm1, Some(0x87);
    ReadOrigInd = "M-Read-Orig.ind", Mm1, Some(0x88);
    ForwardReq = "M-Forward.req", Mm1, Some(0x89);
    ForwardConf = "M-Forward.conf", Mm1, Some(0x8A);
    MboxStoreReq = "M-Mbox-Store.req", Mm1, Some(0x8B);
    MboxStoreConf = "M-Mbox-Store.conf", Mm1, Some(0x8C);
    MboxViewReq = "M-Mbox-View.req", Mm1, Some(0x8D);
    MboxViewConf = "M-Mbox-View.conf", Mm1, Some(0x8E);
    MboxUploadReq = "M-Mbox-Upload.req", Mm1, Some(0x8F);
    MboxUploadConf = "M-Mbox-Upload.conf", Mm1, Some(0x90);
    MboxDeleteReq = "M-Mbox-Delete.req", Mm1, Some(0x91);
    MboxDeleteConf = "M-Mbox-Delete.conf", Mm1, Some(0x92);
    MboxDescr = "M-Mbox-Descr", Mm1, Some(0x93);
    DeleteReq = "M-Delete.req", Mm1, Some(0x94);
    DeleteConf = "M-Delete.conf", Mm1, Some(0x95);
    CancelReq = "M-Cancel.req", Mm1, Some(0x96);
    CancelConf = "M-Cancel.conf", Mm1, Some(0x97);
    Mm4ForwardReq = "MM4_forward.REQ", Mm4, None;
    Mm4ForwardRes = "MM4_forward.RES", Mm4, None;
    Mm4DeliveryReportReq = "MM4_delivery_report.REQ", Mm4, None;
    Mm4DeliveryReportRes = "MM4_delivery_report.RES", Mm4, None;
    Mm4ReadReplyReportReq = "MM4_read_reply_report.REQ", Mm4, None;
    Mm4ReadReplyReportRes = "MM4_read_reply_report.RES", Mm4, None;
}

impl PduType {
    /// Finds a type by its name, without regard to case (deployed MM4 code varies the capitals).
    pub fn from_name(name: &str) -> Option<PduType> {
        Self::ALL
            .iter()
            .copied()
            .find(|t| t.name().eq_ignore_ascii_case(name))
    }

    /// Finds an MM1 type by its octet.
    #[inline]
    pub fn from_octet(octet: u8) -> Option<PduType> {
        // MM1's types stand first, in the order of their octets from 0x80.
        let index = usize::from(octet.checked_sub(0x80)?);
        Self::ALL.get(index).copied().filter(|t| t.octet() == Some(octet))
    }
}

impl fmt::Display for PduType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A range of octets in the PDU it was decoded from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub offset: usize,
    pub len: usize,
}

/// One header field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// As the standard spells it when known, else as it came.
    pub name: Name,
    pub value: Value,
    /// Where the whole field (name and value) stood; zero for a field that was built, not decoded.
    pub at: Span,
}

/// A PDU: type, fields in wire order, content.
#[derive(Debug, Clone, PartialEq)]
pub struct Pdu {
    pub kind: PduType,
    /// All fields but X-Mms-Message-Type (that is `kind`) and Content-Type (that is `content`).
    pub fields: Vec<Field>,
    pub content: Option<Content>,
}

impl Pdu {
    pub fn new(kind: PduType) -> Self {
        Pdu {
            kind,
            fields: Vec::new(),
            content: None,
        }
    }

    /// The first field of that name, without regard to case.
    #[inline]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// Every field of that name, in wire order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields
            .iter()
            .filter(move |f| f.name.eq_ignore_ascii_case(name))
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        self.field(name).map(|f| &f.value)
    }

    /// The first value of that name as cases write it.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(Value::text)
    }

    /// Replaces every field of that name by one, at the place of the first, or appends it.
    pub fn set(&mut self, name: &str, value: Value) {
        let at = self.fields.iter().position(|f| f.name.eq_ignore_ascii_case(name));
        self.remove(name);
        let field = Field {
            name: name.to_owned().into(),
            value,
            at: Span::default(),
        };
        self.fields
            .insert(at.unwrap_or(self.fields.len()).min(self.fields.len()), field);
    }

    /// Appends one more field of that name.
    pub fn push(&mut self, name: &str, value: Value) {
        self.fields.push(Field {
            name: name.to_owned().into(),
            value,
            at: Span::default(),
        });
    }

    pub fn remove(&mut self, name: &str) {
        self.fields.retain(|f| !f.name.eq_ignore_ascii_case(name));
    }

    /// Builder form of [`Pdu::push`].
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.push(name, value);
        self
    }
}

/// A decoded PDU and what was odd about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    pub pdu: Pdu,
    pub findings: Vec<Finding>,
}

/// A named run of octets of an encoded PDU. Encoders yield these so that a case can damage one field
/// deliberately; joined in order they are the PDU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The field's name, `X-Mms-Message-Type`, `Content-Type`, or `content` for the body.
    pub name: String,
    pub octets: Vec<u8>,
}
