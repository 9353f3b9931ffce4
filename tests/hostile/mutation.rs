//! Inputs made of other inputs, from a seed: the same seed yields the same inputs.

/// SplitMix64 (Steele, Lea, Flood): a small generator whose every seed is good.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`; 0 if `end` is.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % (end as u64).max(1)) as usize
    }

    fn octet(&mut self) -> u8 {
        self.next() as u8
    }
}

/// Mutated inputs are cut to this many octets, so that splicing does not let them grow for ever.
const LONGEST: usize = 1 << 16;

/// Octets that stand where lengths, counts and the edges of ranges do.
const TELLING: [u8; 16] = [
    0, 1, 2, 30, 31, 32, 0x7E, 0x7F, 0x80, 0x81, 0x84, 0x8C, 0x8F, b'\n', b'=', 0xFF,
];

/// The next input: random octets once in sixteen, else a seed with one to four mutations.
pub fn input(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    if seeds.is_empty() || random.below(16) == 0 {
        let len = random.below(256);
        return (0..len).map(|_| random.octet()).collect();
    }
    let mut input = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let other = &seeds[random.below(seeds.len())];
        mutate(&mut input, other, random);
    }
    input.truncate(LONGEST);
    input
}

fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(input.len());
    let end = (at + 1 + random.below(16)).min(input.len());
    match random.below(8) {
        0 => flip_bit(input, at, random),
        1 => input.truncate(at),
        2 => splice(input, at, other, random),
        3 => tamper_with_length(input, at, random),
        4 => insert(input, at, random),
        5 => {
            let run = input[at.min(end)..end].to_vec();
            let times = 1 + random.below(8);
            for _ in 0..times {
                input.splice(at..at, run.iter().copied());
            }
        }
        6 => drop(input.drain(at.min(end)..end)),
        _ => {
            if let Some(octet) = input.get_mut(at) {
                *octet = TELLING[random.below(TELLING.len())];
            }
        }
    }
}

fn flip_bit(input: &mut [u8], at: usize, random: &mut Random) {
    if let Some(octet) = input.get_mut(at) {
        *octet ^= 1 << random.below(8);
    }
}

/// The beginning of one and the end of another.
fn splice(input: &mut Vec<u8>, at: usize, other: &[u8], random: &mut Random) {
    input.truncate(at);
    input.extend_from_slice(&other[random.below(other.len())..]);
}

/// An octet that may be a length or count, or the last of a number, becomes a little or far too large.
fn tamper_with_length(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let small = (at..input.len()).find(|at| (1..=31).contains(&input[*at]) || input[*at].is_ascii_digit());
    let Some(at) = small else { return };
    match random.below(4) {
        0 => input[at] = input[at].wrapping_add(1),
        1 => input[at] = input[at].wrapping_sub(1),
        2 => drop(input.splice(at..=at, [31, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F])),
        _ => drop(input.splice(at..=at, [31, random.octet() | 0x80, random.octet() & 0x7F])),
    }
}

fn insert(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let len = 1 + random.below(8);
    let octets: Vec<u8> = (0..len)
        .map(|_| match random.below(2) {
            0 => random.octet(),
            _ => TELLING[random.below(TELLING.len())],
        })
        .collect();
    input.splice(at..at, octets);
}
