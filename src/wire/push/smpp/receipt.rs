//! Delivery receipts: what an SMSC tells an ESME, in a deliver_sm, of a message that it took (SMPP 3.4 §2.11, App. B).

use super::codec::{Pdu, Smpp};
use crate::wire::date;

const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
const MESSAGE_STATE: u16 = 0x0427;
/// esm_class of a deliver_sm that is an SMSC delivery receipt (SMPP 3.4 §5.2.12).
const RECEIPT: u8 = 0x04;

/// Where a message ended (SMPP 3.4 §5.2.28).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    Delivered,
    Undeliverable,
}

impl MessageState {
    const ALL: [MessageState; 2] = [MessageState::Delivered, MessageState::Undeliverable];

    fn octet(self) -> u8 {
        match self {
            MessageState::Delivered => 2,
            MessageState::Undeliverable => 5,
        }
    }

    /// As App. B abbreviates it.
    fn word(self) -> &'static str {
        match self {
            MessageState::Delivered => "DELIVRD",
            MessageState::Undeliverable => "UNDELIV",
        }
    }
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// As the submit_sm_resp gave it.
    pub message_id: String,
    pub state: MessageState,
    /// Seconds since 1970, in UTC.
    pub submitted: i64,
    pub done: i64,
    /// What the network said of a failure; 0 of a success.
    pub error: u16,
}

impl Receipt {
    /// Puts it into a deliver_sm: in the text form of App. B, and as optional parameters. The message's text is left out, since
    /// pushes are octets.
    #[must_use]
    pub fn write(&self, deliver: Pdu) -> Pdu {
        let delivered = u8::from(self.state == MessageState::Delivered);
        let text = format!(
            "id:{} sub:001 dlvrd:{delivered:03} submit date:{} done date:{} stat:{} err:{:03} text:",
            self.message_id,
            date::minute(self.submitted),
            date::minute(self.done),
            self.state.word(),
            self.error
        );
        deliver
            .with_octet("esm_class", RECEIPT)
            .with("short_message", Smpp::Octets(text.into()))
            .with_tlv(RECEIPTED_MESSAGE_ID, [self.message_id.as_bytes(), &[0]].concat())
            .with_tlv(MESSAGE_STATE, vec![self.state.octet()])
    }

    /// The message that a deliver_sm is a receipt for, and where that ended; the optional parameters count before the text. None if
    /// it is no receipt, or says neither or another state.
    pub fn read(deliver: &Pdu) -> Option<(String, MessageState)> {
        let class = deliver.octet("esm_class")?;
        if class & 0x3C != RECEIPT {
            return None;
        }
        let text = match deliver.param("short_message") {
            Some(Smpp::Octets(octets)) => String::from_utf8_lossy(octets).into_owned(),
            _ => String::new(),
        };
        let said = |name: &str| {
            let (_, rest) = text.split_once(name)?;
            rest.split(' ').next().map(str::to_owned)
        };
        let id = match deliver.tlv(RECEIPTED_MESSAGE_ID) {
            Some(tlv) => tlv.text(),
            None => said("id:")?,
        };
        let octet = deliver.tlv(MESSAGE_STATE).and_then(|tlv| tlv.number());
        let word = said("stat:");
        let state = MessageState::ALL.into_iter().find(|state| match octet {
            Some(octet) => u32::from(state.octet()) == octet,
            None => word.as_deref() == Some(state.word()),
        })?;
        Some((id, state))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::wire::push::smpp::command_by_name;

    #[test]
    fn what_was_written_is_read_also_from_the_text_alone() {
        let receipt = Receipt {
            message_id: "0000000007".to_owned(),
            state: MessageState::Undeliverable,
            submitted: 1_795_525_200,
            done: 1_795_525_260,
            error: 1,
        };
        let empty = Pdu::new(command_by_name("deliver_sm").unwrap());
        let mut deliver = receipt.write(empty);
        let expected = Some(("0000000007".to_owned(), MessageState::Undeliverable));
        assert_eq!(Receipt::read(&deliver), expected);
        deliver.tlvs.clear();
        assert_eq!(Receipt::read(&deliver), expected);
        let Some(Smpp::Octets(text)) = deliver.param("short_message") else {
            panic!("no text");
        };
        assert_eq!(
            text,
            &Bytes::from_static(
                b"id:0000000007 sub:001 dlvrd:000 submit date:2611241300 done date:2611241301 stat:UNDELIV err:001 text:"
            )
        );
    }
}
