use mmspec::wire::push::Udh;
use mmspec::wire::push::segments::{Reassembler, Reference, SMS_OCTETS, Taken, split};
use mmspec::wire::push::udh::{Ports, Segment};
use proptest::prelude::*;

const PORTS: Ports = Ports {
    destination: 2948,
    source: 9200,
};

fn cut(datagram: &[u8], reference: Reference) -> Vec<(Segment, Vec<u8>)> {
    split(datagram, Some(PORTS), reference, true, SMS_OCTETS)
        .unwrap()
        .iter()
        .map(|user_data| {
            assert!(user_data.len() <= SMS_OCTETS);
            let (udh, used, findings) = Udh::decode(user_data);
            assert!(findings.is_empty() && udh.ports() == Some(PORTS));
            (udh.segment().unwrap(), user_data[used..].to_vec())
        })
        .collect()
}

#[test]
fn what_fits_goes_in_one() {
    let one = |len: usize| {
        split(
            &vec![1; len],
            Some(PORTS),
            Reference::Narrow(1),
            false,
            SMS_OCTETS,
        )
        .unwrap()
        .len()
    };
    assert_eq!((one(0), one(133), one(134)), (1, 1, 2));
    // 128 octets a segment with a reference of 8 bits, 127 with one of 16.
    assert_eq!(cut(&[1; 256], Reference::Narrow(1)).len(), 2);
    assert_eq!(cut(&[1; 257], Reference::Narrow(1)).len(), 3);
    assert_eq!(cut(&[1; 255], Reference::Wide(300)).len(), 3);
    assert_eq!(cut(&[], Reference::Narrow(1)).len(), 1);
}

#[test]
fn what_cannot_be_cut_is_refused() {
    assert_eq!(
        split(
            &[1; 128 * 255 + 1],
            Some(PORTS),
            Reference::Narrow(1),
            false,
            SMS_OCTETS
        ),
        None
    );
    assert_eq!(
        split(&[1; 50], Some(PORTS), Reference::Narrow(1), false, 12),
        None
    );
}

#[test]
fn references_are_kept_apart() {
    let datagram: Vec<u8> = (0..200).collect();
    let narrow = cut(&datagram, Reference::Narrow(7));
    let wide = cut(&datagram, Reference::Wide(7));
    let mut reassembler = Reassembler::default();
    let mut take = |from: &str, (segment, data): &(Segment, Vec<u8>)| reassembler.take(from, *segment, data);
    assert_eq!(take("a", &narrow[0]), Taken::Waiting);
    assert_eq!(take("a", &wide[0]), Taken::Waiting);
    assert_eq!(take("b", &narrow[1]), Taken::Waiting);
    assert_eq!(take("a", &narrow[0]), Taken::Repeated);
    assert_eq!(take("a", &narrow[1]), Taken::Whole(datagram));
    let missing: Vec<(String, Vec<u8>)> = reassembler
        .missing()
        .into_iter()
        .map(|(from, _, lacking)| (from.to_owned(), lacking))
        .collect();
    assert_eq!(missing, [("a".to_owned(), vec![2]), ("b".to_owned(), vec![1])]);
    reassembler.forget("a", wide[0].0);
    assert_eq!(reassembler.missing().len(), 1);
}

/// The first datagram never became whole, and the second one has its reference: it must not get octets of the first.
#[test]
fn a_reference_used_again_begins_anew() {
    let datagram = |octet| cut(&[octet; 200], Reference::Narrow(7));
    let (lost, next) = (datagram(1), datagram(2));
    let mut reassembler = Reassembler::default();
    let mut take = |(segment, data): &(Segment, Vec<u8>)| reassembler.take("a", *segment, data);
    assert_eq!(take(&lost[0]), Taken::Waiting);
    assert_eq!(take(&next[0]), Taken::Conflicting);
    assert_eq!(take(&next[1]), Taken::Whole(vec![2; 200]));
    // One that counts other segments is another one, too.
    let longer = cut(&[3; 300], Reference::Narrow(7));
    assert_eq!(take(&lost[0]), Taken::Waiting);
    assert_eq!(take(&longer[1]), Taken::Conflicting);
    assert_eq!(take(&longer[0]), Taken::Waiting);
    assert_eq!(take(&longer[2]), Taken::Whole(vec![3; 300]));
    assert!(reassembler.missing().is_empty());
}

#[test]
fn no_more_octets_are_kept_than_there_is_room_for() {
    let mut reassembler = Reassembler::default();
    let segment = |number| Segment {
        reference: 1,
        wide: true,
        total: 3,
        number,
    };
    let half = vec![0; Reassembler::MAX_OCTETS / 2 + 1];
    assert_eq!(reassembler.take("a", segment(1), &half), Taken::Waiting);
    assert_eq!(reassembler.take("a", segment(2), &half), Taken::TooMany);
    reassembler.forget("a", segment(0));
    assert_eq!(reassembler.take("a", segment(2), &half), Taken::Waiting);
}

#[test]
fn no_more_datagrams_are_kept_than_there_is_room_for() {
    let mut reassembler = Reassembler::default();
    let segment = |reference| Segment {
        reference,
        wide: true,
        total: 2,
        number: 1,
    };
    for reference in 0..Reassembler::MAX {
        assert_eq!(
            reassembler.take("a", segment(reference as u16), b"x"),
            Taken::Waiting
        );
    }
    assert_eq!(reassembler.given_up(), 0);
    // The oldest goes, however many segments get lost.
    assert_eq!(reassembler.take("a", segment(60_000), b"x"), Taken::Waiting);
    assert_eq!(
        (reassembler.given_up(), reassembler.missing().len()),
        (1, Reassembler::MAX)
    );
    let second = |reference| Segment {
        number: 2,
        ..segment(reference)
    };
    assert_eq!(reassembler.take("a", second(0), b"y"), Taken::Waiting);
    assert_eq!(
        reassembler.take("a", second(60_000), b"y"),
        Taken::Whole(b"xy".to_vec())
    );
    // A complete one goes before any other.
    assert_eq!(reassembler.take("a", segment(60_001), b"x"), Taken::Waiting);
    assert_eq!(reassembler.given_up(), 2);
}

/// A repeat that comes late must not become part of the next datagram of the same reference.
#[test]
fn a_late_repeat_belongs_to_what_was_complete() {
    let datagram = |octet| cut(&[octet; 200], Reference::Narrow(7));
    let (first, next) = (datagram(1), datagram(2));
    let mut reassembler = Reassembler::default();
    let mut take = |(segment, data): &(Segment, Vec<u8>)| reassembler.take("a", *segment, data);
    take(&first[0]);
    assert_eq!(take(&first[1]), Taken::Whole(vec![1; 200]));
    assert_eq!(take(&first[0]), Taken::Repeated);
    assert_eq!(take(&next[1]), Taken::Waiting);
    assert_eq!(take(&next[0]), Taken::Whole(vec![2; 200]));
    // All of it again is a datagram that was sent again.
    assert_eq!(take(&next[0]), Taken::Repeated);
    assert_eq!(take(&next[0]), Taken::Repeated);
    assert_eq!(take(&next[1]), Taken::Whole(vec![2; 200]));
}

proptest! {
    #[test]
    fn any_order_with_repeats_gives_the_datagram(
        datagram in prop::collection::vec(any::<u8>(), 0..2000),
        wide: bool,
        seed in any::<prop::sample::Index>(),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let reference = if wide { Reference::Wide(seed.index(65536) as u16) } else { Reference::Narrow(seed.index(256) as u8) };
        let mut segments = cut(&datagram, reference);
        let count = segments.len();
        segments.rotate_left(seed.index(count));
        if seed.index(2) == 1 {
            segments.reverse();
        }
        // Repeats of what has come already, before the last one comes.
        let last = segments.pop().unwrap();
        let mut reassembler = Reassembler::default();
        for segment in &segments {
            prop_assert_eq!(reassembler.take("a", segment.0, &segment.1), Taken::Waiting);
        }
        if !segments.is_empty() {
            for repeat in repeats {
                let segment = repeat.get(&segments);
                prop_assert_eq!(reassembler.take("a", segment.0, &segment.1), Taken::Repeated);
            }
        }
        prop_assert_eq!(reassembler.take("a", last.0, &last.1), Taken::Whole(datagram.clone()));
        // And after it came: once more only when all have come once more.
        for segment in &segments {
            prop_assert_eq!(reassembler.take("a", segment.0, &segment.1), Taken::Repeated);
        }
        prop_assert_eq!(reassembler.take("a", last.0, &last.1), Taken::Whole(datagram));
        prop_assert!(reassembler.missing().is_empty());
    }
}

/// A gateway that refuses the last segment has not got it: the sender may send it again alone, or all of them.
#[test]
fn a_segment_that_is_taken_back_completes_its_datagram_later() {
    let datagram = [7; 200];
    let segments = cut(&datagram, Reference::Narrow(1));
    for again in [&segments[1..], &segments[..]] {
        let mut reassembler = Reassembler::default();
        let mut take = |(segment, data): &(Segment, Vec<u8>)| reassembler.take("a", *segment, data);
        assert_eq!(take(&segments[0]), Taken::Waiting);
        assert_eq!(take(&segments[1]), Taken::Whole(datagram.to_vec()));
        reassembler.withdraw("a", segments[1].0);
        assert_eq!(reassembler.missing().len(), 1);
        let taken: Vec<Taken> = again
            .iter()
            .map(|(segment, data)| reassembler.take("a", *segment, data))
            .collect();
        assert_eq!(taken.last(), Some(&Taken::Whole(datagram.to_vec())));
        assert_eq!(taken.iter().filter(|t| matches!(t, Taken::Whole(_))).count(), 1);
    }
    let mut reassembler = Reassembler::default();
    let alone = cut(&[7; 20], Reference::Narrow(1));
    reassembler.take("a", alone[0].0, &alone[0].1);
    reassembler.withdraw("a", alone[0].0);
    reassembler.withdraw("a", alone[0].0);
    assert!(reassembler.missing().is_empty());
}
