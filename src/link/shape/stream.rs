//! Copies a connection as the shape of its wire has it.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::line::Ride;
use super::model::{Cut, Direction};
use super::time;
use crate::link::LossKind;
use crate::link::record::Ends;
use crate::link::stream::reset;

/// Octets that are read at once, and pieces that may be under way.
const CHUNK: usize = 16 * 1024;
const UNDER_WAY: usize = 64;

/// Why copying ended before both sides did.
enum Over {
    /// A side is gone.
    Gone,
    /// The wire broke when another octet was to pass in this direction.
    Cut(Direction),
}

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Over::Gone
    }
}

/// Copies until both sides have ended, or the wire breaks the connection.
pub(in crate::link) async fn pass(mut near: TcpStream, mut far: TcpStream, ride: &Ride, ends: &Ends) {
    let over = {
        let (near_in, near_out) = near.split();
        let (far_in, far_out) = far.split();
        let both = async {
            tokio::try_join!(
                one_way(near_in, far_out, ride, ends, Direction::Up),
                one_way(far_in, near_out, ride, ends, Direction::Down),
            )
        };
        tokio::select! {
            ended = both => ended.err(),
            () = ride.down() => {
                ride.lose(LossKind::Down);
                Some(Over::Gone)
            }
        }
    };
    match over {
        // What passed shall arrive: the end that waits for more sees the connection end, the other one that it broke.
        Some(Over::Cut(Direction::Up)) => {
            let _ = far.shutdown().await;
            reset(&near);
        }
        Some(Over::Cut(Direction::Down)) => {
            let _ = near.shutdown().await;
            reset(&far);
        }
        Some(Over::Gone) => {
            reset(&near);
            reset(&far);
        }
        None => {}
    }
}

async fn one_way(
    input: ReadHalf<'_>,
    output: WriteHalf<'_>,
    ride: &Ride,
    ends: &Ends,
    direction: Direction,
) -> Result<(), Over> {
    let (entrance, exit) = mpsc::channel(UNDER_WAY);
    tokio::try_join!(
        take(input, entrance),
        hand_over(exit, output, ride, ends, direction)
    )?;
    Ok(())
}

/// Takes octets as they come.
async fn take(mut input: ReadHalf<'_>, entrance: mpsc::Sender<(Instant, Bytes)>) -> Result<(), Over> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        let octets = Bytes::copy_from_slice(&chunk[..read]);
        if entrance.send((time::now(), octets)).await.is_err() {
            return Err(Over::Gone);
        }
    }
}

/// Hands them over when, and as far as, the wire lets them pass; what passes is seen first.
async fn hand_over(
    mut exit: mpsc::Receiver<(Instant, Bytes)>,
    mut output: WriteHalf<'_>,
    ride: &Ride,
    ends: &Ends,
    direction: Direction,
) -> Result<(), Over> {
    let mut passage = time::Passage::new();
    while let Some((came, octets)) = exit.recv().await {
        let mut rest = &octets[..];
        while !rest.is_empty() {
            let shape = ride.shape();
            let pace = shape.pace(direction);
            let room = shape
                .room(direction, ride.passed(direction))
                .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
            let most = rest.len().min(time::piece(pace)).min(room.max(1));
            let round_trip = shape.up.delay + shape.down.delay;
            passage.arrival(came, most, pace, round_trip).await;
            ride.open().await;
            if breaks_here(ride, ends, direction) {
                ride.lose(LossKind::Cut);
                return Err(Over::Cut(direction));
            }
            let (now, later) = rest.split_at(most);
            ends.see(direction, now);
            output.write_all(now).await?;
            ride.pass(direction, now.len());
            rest = later;
        }
    }
    Ok(output.shutdown().await?)
}

/// Whether the wire breaks before the next octet in this direction.
fn breaks_here(ride: &Ride, ends: &Ends, direction: Direction) -> bool {
    let shape = ride.shape();
    let here = match shape.cut {
        Some(Cut::EndOfData) => direction == Direction::Down && ends.awaits_reply_to_message(),
        Some(Cut::After { .. }) => shape.room(direction, ride.passed(direction)) == Some(0),
        None => false,
    };
    here && ride.is_cut()
}
