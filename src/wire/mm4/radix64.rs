//! Base64 of bodies (RFC 2045 §6.8): what is regular at the speed of the library, what is not octet by octet, with the
//! place of the fault.
//!
//! Lines are gathered without their ends in a small buffer that stays in the cache, and the library decodes that into the
//! place where the octets are to stay: no second buffer of the body's size is ever written.

use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::simd::Simd;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Characters of a line that we write (RFC 2045 §6.8).
const LINE: usize = 76;
/// Octets in such a line.
const LINE_OCTETS: usize = LINE / 4 * 3;
/// Lines that are written at a time.
const LINES: usize = 128;
/// Letters that are decoded at a time.
const CHUNK: usize = 12 * 1024;
/// Lines longer than this are not looked for.
const LONGEST_LINE: usize = 1024;

/// Padding is counted by hand, and bits left over in the last character are ignored.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The library's fastest engine for this processor. It takes letters only, so whatever else there is comes out as a fault.
static FAST: LazyLock<Simd> = LazyLock::new(|| {
    let letters_only = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
    Simd::standard(letters_only)
});

/// The octets, and where in the text the first fault was: a foreign character, data after the padding, or an end in the
/// middle of a group. White space is no fault (RFC 2045 §6.8).
pub(super) fn decode(text: &[u8]) -> (Vec<u8>, Option<usize>) {
    Begun::at(text).finish(text)
}

/// The regular lines at the beginning of a text, decoded: all of the same length and of whole groups of letters.
#[derive(Debug, Default)]
pub(super) struct Begun {
    octets: Vec<u8>,
    /// Octets of the text that were decoded, whole lines. There are only letters and line ends in them.
    pub(super) consumed: usize,
}

impl Begun {
    /// Decodes regular lines as far as they go.
    pub(super) fn at(text: &[u8]) -> Begun {
        let Some(shape) = Shape::of(text) else {
            return Begun::default();
        };
        let lines_at_once = CHUNK / shape.letters;
        let octets_of_line = shape.letters / 4 * 3;
        // Not touched before it is needed: text may go on far beyond its base64.
        let most = (text.len() / shape.stride + 1) * octets_of_line;
        let mut octets = Vec::with_capacity(most);
        let mut letters = [0; CHUNK];
        let mut rest = text;
        loop {
            let lines = shape.count(&rest[..rest.len().min(lines_at_once * shape.stride)]);
            shape.gather(&rest[..lines * shape.stride], &mut letters);
            // The last line may have padding, which is not for here.
            let decoded = [lines, lines.saturating_sub(1)].into_iter().find(|lines| {
                let done = octets.len();
                octets.resize(done + lines * octets_of_line, 0);
                let whole = FAST.decode_slice(&letters[..lines * shape.letters], &mut octets[done..]);
                let good = whole == Ok(lines * octets_of_line);
                if !good {
                    octets.truncate(done);
                }
                good
            });
            rest = &rest[decoded.unwrap_or(0) * shape.stride..];
            if decoded != Some(lines_at_once) {
                break;
            }
        }
        if octets.len() < most / 2 {
            octets.shrink_to_fit();
        }
        Begun {
            octets,
            consumed: text.len() - rest.len(),
        }
    }

    /// The octets of the whole text, which begins as the one before did.
    pub(super) fn finish(mut self, text: &[u8]) -> (Vec<u8>, Option<usize>) {
        let rest = text.get(self.consumed..).unwrap_or_default();
        let (end, fault) = decode_any(rest);
        if self.octets.is_empty() {
            self.octets = end;
        } else {
            self.octets.extend_from_slice(&end);
        }
        (self.octets, fault.map(|at| at + self.consumed))
    }
}

/// How the lines of a text look.
#[derive(Debug, Clone, Copy)]
struct Shape {
    letters: usize,
    /// Letters and line end.
    stride: usize,
}

impl Shape {
    /// The shape of the first line; none if it does not hold whole groups.
    fn of(text: &[u8]) -> Option<Shape> {
        let lf = memchr::memchr(b'\n', &text[..text.len().min(LONGEST_LINE)])?;
        let letters = if lf > 0 && text[lf - 1] == b'\r' {
            lf - 1
        } else {
            lf
        };
        (letters > 0 && letters % 4 == 0).then_some(Shape {
            letters,
            stride: lf + 1,
        })
    }

    /// How many lines of this shape follow each other.
    fn count(self, text: &[u8]) -> usize {
        let (cr, lf) = (self.letters, self.stride - 1);
        let lines = text.chunks_exact(self.stride);
        if cr == lf {
            lines.take_while(|line| line[lf] == b'\n').count()
        } else {
            lines
                .take_while(|line| line[cr] == b'\r' && line[lf] == b'\n')
                .count()
        }
    }

    /// Puts the letters of whole lines behind each other. The usual lengths are copied without a call for each line.
    fn gather(self, lines: &[u8], letters: &mut [u8]) {
        match (self.stride, self.letters) {
            (78, 76) => gather::<78, 76>(lines, letters),
            (77, 76) => gather::<77, 76>(lines, letters),
            (74, 72) => gather::<74, 72>(lines, letters),
            (66, 64) => gather::<66, 64>(lines, letters),
            _ => {
                let places = letters.chunks_exact_mut(self.letters);
                for (line, place) in lines.chunks_exact(self.stride).zip(places) {
                    place.copy_from_slice(&line[..self.letters]);
                }
            }
        }
    }
}

fn gather<const STRIDE: usize, const LETTERS: usize>(lines: &[u8], letters: &mut [u8]) {
    let (lines, _) = lines.as_chunks::<STRIDE>();
    let (places, _) = letters.as_chunks_mut::<LETTERS>();
    for (line, place) in lines.iter().zip(places) {
        // An array of known length is moved in registers; a slice would cost a call.
        if let Some(line) = line.first_chunk::<LETTERS>() {
            *place = *line;
        }
    }
}

fn decode_any(text: &[u8]) -> (Vec<u8>, Option<usize>) {
    let mut fault = None;
    let mut letters = Vec::with_capacity(text.len());
    let mut padding = 0_usize;
    for (at, &octet) in text.iter().enumerate() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                if padding > 0 {
                    fault = fault.or(Some(at));
                    break;
                }
                letters.push(octet);
            }
            b'=' => padding += 1,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => fault = fault.or(Some(at)),
        }
    }
    if !(letters.len() + padding).is_multiple_of(4) {
        fault = fault.or(Some(text.len()));
    }
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    match LENIENT.decode(&letters) {
        Ok(octets) => (octets, fault),
        Err(_) => (Vec::new(), fault.or(Some(0))),
    }
}

/// How many octets [`encode`] writes for so many.
pub(super) fn encoded_len(octets: usize) -> usize {
    octets.div_ceil(3) * 4 + octets.div_ceil(LINE_OCTETS) * 2
}

/// Lines of 76 letters, each with its CRLF.
pub(super) fn encode(octets: &[u8], out: &mut Vec<u8>) {
    out.reserve(encoded_len(octets.len()));
    let mut letters = [0; LINES * LINE];
    let mut lines = [0; LINES * (LINE + 2)];
    for line in lines.as_chunks_mut::<{ LINE + 2 }>().0 {
        line[LINE..].copy_from_slice(b"\r\n");
    }
    for chunk in octets.chunks(LINES * LINE_OCTETS) {
        // A chunk fits: this is the library's own bound.
        let Ok(len) = FAST_PADDED.encode_slice(chunk, &mut letters) else {
            return;
        };
        let (whole, last) = letters[..len].as_chunks::<LINE>();
        for (letters, line) in whole.iter().zip(lines.as_chunks_mut::<{ LINE + 2 }>().0) {
            if let Some(place) = line.first_chunk_mut::<LINE>() {
                *place = *letters;
            }
        }
        out.extend_from_slice(&lines[..whole.len() * (LINE + 2)]);
        if !last.is_empty() {
            out.extend_from_slice(last);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// The fast engine with the padding that the end of a body has.
static FAST_PADDED: LazyLock<Simd> = LazyLock::new(|| Simd::standard(GeneralPurposeConfig::new()));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn damaged_base64_gives_what_is_there() {
        assert_eq!(decode(b"aGVsbG8="), (b"hello".to_vec(), None));
        assert_eq!(decode(b"aGVs\r\nbG8=\r\n"), (b"hello".to_vec(), None));
        assert_eq!(decode(b"aGVsbG8"), (b"hello".to_vec(), Some(7)));
        assert_eq!(decode(b"aGVsb"), (b"hel".to_vec(), Some(5)));
        assert_eq!(decode(b"aGV*sbG8="), (b"hello".to_vec(), Some(3)));
        assert_eq!(decode(b"aGVsbG8=aGVs"), (b"hello".to_vec(), Some(8)));
        assert_eq!(decode(b""), (Vec::new(), None));
    }

    proptest! {
        /// Regular lines and single letters tell the same story.
        #[test]
        fn the_fast_way_is_the_slow_way(
            octets in proptest::collection::vec(any::<u8>(), 0..3000),
            width in 1_usize..40,
            end in proptest::sample::select(vec!["\r\n", "\n", " \r\n", ""]),
            blows in proptest::collection::vec((any::<prop::sample::Index>(), proptest::sample::select(b"=\r\n *A-\0\xFF".to_vec())), 0..3),
        ) {
            let letters = LENIENT.encode(&octets);
            let mut text: Vec<u8> = letters.as_bytes().chunks(width * 2).flat_map(|l| [l, end.as_bytes()].concat()).collect();
            for (at, octet) in blows {
                if !text.is_empty() {
                    let at = at.index(text.len());
                    text[at] = octet;
                }
            }
            prop_assert_eq!(decode(&text), decode_any(&text));
        }

        #[test]
        fn the_length_is_known_before(octets in proptest::collection::vec(any::<u8>(), 0..20_000)) {
            let mut out = Vec::new();
            encode(&octets, &mut out);
            prop_assert_eq!(out.len(), encoded_len(octets.len()));
            prop_assert!(out.split(|b| *b == b'\n').all(|line| line.len() <= LINE + 1));
            prop_assert_eq!(decode(&out), (octets, None));
        }
    }
}
