//! What a field's value looks like.

/// The values of a closed list: the standard's word and its octet on MM1. The first entry of an octet is the word to emit,
/// later ones are spellings that receivers accept. Lists of MM4 alone carry the octets of their MM1 counterpart, or
/// consecutive numbers where there is none, so that two spellings of one value share a number.
pub type TokenList = &'static [(&'static str, u8)];

/// How a field's value is written on the wire and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// An id: equal modulo one pair of quotes or angle brackets.
    Id,
    Uri,
    /// Encoded-string-value on MM1, unstructured text on MM4.
    Encoded,
    /// An address or, on MM4, a list of addresses.
    Address,
    /// From of MM1: an address or the insert token.
    From,
    /// A closed list, octet on MM1, word on MM4.
    Token(TokenList),
    /// X-Mms-Message-Class: a token of the list or token text.
    Class(TokenList),
    LongInteger,
    /// Integer-value: short or long integer on MM1, digits on MM4.
    Integer,
    Date,
    /// Relative seconds or an instant.
    Interval,
    Version,
    /// Content-Type.
    MediaType,
    PreviouslySentBy,
    PreviouslySentDate,
    /// X-Mms-MM-Flags: add, remove or filter, and a keyword.
    Flags,
    /// X-Mms-Mbox-Totals and X-Mms-Mbox-Quotas: a number of messages or of octets.
    Amount,
    /// X-Mms-Attributes: the name of a field, on the wire its number.
    FieldName,
    /// X-Mms-Element-Descriptor: the name of a content element, and parameters.
    Element,
    /// Fields that exist as attributes alone and have no value of their own (ENC 1.3 §7.3.2): octets as they came.
    Octets,
}

impl Kind {
    /// The words of a closed list; none for the other kinds.
    #[inline]
    pub fn tokens(self) -> Option<TokenList> {
        match self {
            Kind::Token(list) | Kind::Class(list) => Some(list),
            _ => None,
        }
    }

    /// The number behind a word of the list, without regard to case and blanks.
    pub fn token_octet(self, word: &str) -> Option<u8> {
        self.tokens()?
            .iter()
            .find(|(name, _)| same_word(name, word))
            .map(|(_, octet)| *octet)
    }

    /// The word to emit for a number of the list.
    #[inline]
    pub fn token_name(self, octet: u8) -> Option<&'static str> {
        self.tokens()?
            .iter()
            .find(|(_, number)| *number == octet)
            .map(|(name, _)| *name)
    }
}

/// Deployed MM4 code writes `Deletedwithoutbeingread` and `personal`.
fn same_word(a: &str, b: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes()
            .filter(|b| *b != b' ')
            .map(|b| b.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}
