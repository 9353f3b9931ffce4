//! What can be wrong with a wire.

use std::time::Duration;

/// How a wire is. The default is an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    pub state: State,
    /// What the side sends that opened the connection.
    pub up: Pace,
    /// What it is answered.
    pub down: Pace,
    pub cut: Option<Cut>,
    /// How many connections it is so for, of a cut: how many are cut; 0 is all.
    pub times: u32,
}

impl Shape {
    pub fn pace(&self, direction: Direction) -> Pace {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }

    /// Octets that may still pass in this direction when `passed` have; none: all.
    pub(super) fn room(&self, direction: Direction, passed: u64) -> Option<u64> {
        match self.cut {
            Some(Cut::After {
                direction: of,
                octets,
            }) if of == direction => Some(octets.saturating_sub(passed)),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    Up,
    /// Connections can be opened, and nothing passes until the wire is up again; then everything does.
    Stalled,
    /// Connections are refused, those that stand are reset.
    Down,
}

/// How octets move in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// Bits in a second; none: as many as come.
    pub rate: Option<u64>,
    /// How much later an octet arrives.
    pub delay: Duration,
    /// Of a hundred packets so many are lost, and sent again: they arrive later. At most 99.
    pub loss: u8,
}

/// Where a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// When so many octets have passed in this direction and another one would.
    After { direction: Direction, octets: u64 },
    /// SMTP: between the end of data and its reply. The receiver has the message, the sender does not know.
    EndOfData,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the side that opened the connection.
    Up,
    /// To it.
    Down,
}
