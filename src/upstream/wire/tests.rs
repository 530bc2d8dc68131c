//! What a wire makes of what arrives: however it arrives, and as hyper's client understands it.

mod answers;
mod kept;

use hyper::Method;
use tokio::io::{AsyncWriteExt, DuplexStream};

use super::connection::{Connection, Stopped};
use crate::upstream::room::{Bound, Room};

/// The largest body that is read here.
const LIMIT: usize = 100_000;

/// What came of an answer: status, body, and whether the connection may be kept.
type Outcome = Result<(u16, Vec<u8>, bool), Stopped>;

/// Reads an answer that arrives in such pieces, behind which the connection is closed.
async fn read(method: &Method, pieces: Vec<Vec<u8>>) -> Outcome {
    read_within(LIMIT, LIMIT, method, pieces).await
}

/// The same with a bound on the body, and so much room for it.
async fn read_within(limit: usize, room: usize, method: &Method, pieces: Vec<Vec<u8>>) -> Outcome {
    // As little room as this is, what is written waits until what was written before is read.
    let (near, far) = tokio::io::duplex(2048);
    let exchange = async move {
        let room = Room::new(room);
        Connection::new(near).exchange(b"GET", method, Bound { limit, room: &room }).await
    };
    let (outcome, ()) = tokio::join!(exchange, write(far, pieces));
    outcome.map(|(response, may_be_kept)| (response.status.as_u16(), response.body.to_vec(), may_be_kept))
}

async fn write(mut far: DuplexStream, pieces: Vec<Vec<u8>>) {
    for piece in pieces {
        // Whoever knows enough does not listen on.
        if far.write_all(&piece).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
