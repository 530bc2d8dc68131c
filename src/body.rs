//! HTTP bodies as one piece of bytes each.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;

/// As much memory is taken at once for a body as it says that it is long, up to this: it may say anything.
pub(crate) const TRUSTED: usize = 1 << 20;

/// Why there is no whole body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// It broke off.
    Broken,
    /// It is larger than it may be.
    Large,
    /// There is no room for it.
    Crowded,
}

/// Reads a body to its end, if it has no more bytes than `limit` and `fits` says that there is room for as many as there are
/// to be. One that came in a piece is not copied.
pub(crate) async fn whole<B>(mut body: B, limit: usize, mut fits: impl FnMut(usize) -> bool) -> Result<Bytes, Stopped>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let Some(first) = next(&mut body, 0, limit).await? else {
        return Ok(Bytes::new());
    };
    if body.is_end_stream() {
        return Ok(first);
    }
    let Some(second) = next(&mut body, first.len(), limit).await? else {
        return Ok(first);
    };
    let mut make_room = |bytes| if fits(bytes) { Ok(()) } else { Err(Stopped::Crowded) };
    make_room(first.len() + second.len())?;
    let mut whole = BytesMut::with_capacity(announced.min(TRUSTED).max(first.len() + second.len()));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    while let Some(chunk) = next(&mut body, whole.len(), limit).await? {
        make_room(whole.len() + chunk.len())?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// The next piece of a body of which so much was read before.
async fn next<B>(body: &mut B, read: usize, limit: usize) -> Result<Option<Bytes>, Stopped>
where
    B: Body<Data = Bytes> + Unpin,
{
    loop {
        let Some(frame) = body.frame().await else {
            return Ok(None);
        };
        // A frame that holds no data holds trailers, which nobody asked for.
        match frame.map_err(|_| Stopped::Broken)?.into_data() {
            Ok(chunk) if chunk.len() > limit - read => return Err(Stopped::Large),
            Ok(chunk) if !chunk.is_empty() => return Ok(Some(chunk)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use bytes::Bytes;
    use futures_util::{FutureExt, stream};
    use http_body_util::StreamBody;
    use hyper::HeaderMap;
    use hyper::body::Frame;

    use super::{Stopped, whole};

    fn read(pieces: &[&'static str], limit: usize, room: usize) -> Result<Bytes, Stopped> {
        let data = |piece: &&'static str| Frame::data(Bytes::from_static(piece.as_bytes()));
        let trailers = Frame::trailers(HeaderMap::new());
        let frames: Vec<_> = pieces.iter().map(data).chain([trailers]).map(Ok::<_, Infallible>).collect();
        whole(StreamBody::new(stream::iter(frames)), limit, |bytes| bytes <= room).now_or_never().unwrap()
    }

    #[test]
    fn pieces_are_put_together() {
        assert_eq!(read(&[], 9, 9).unwrap(), "");
        assert_eq!(read(&["one"], 9, 9).unwrap(), "one");
        assert_eq!(read(&["one", "", "two", "3"], 9, 9).unwrap(), "onetwo3");
    }

    #[test]
    fn a_body_ends_at_its_limit_and_at_that_of_the_room() {
        assert_eq!(read(&["onetwo"], 6, 0).unwrap(), "onetwo", "what came in a piece takes no more room");
        assert_eq!(read(&["onetwo"], 5, 9), Err(Stopped::Large));
        assert_eq!(read(&["one", "two"], 6, 6).unwrap(), "onetwo");
        assert_eq!(read(&["one", "two"], 5, 9), Err(Stopped::Large));
        assert_eq!(read(&["one", "two", "3"], 9, 6), Err(Stopped::Crowded));
    }

    #[test]
    fn a_body_that_breaks_off_is_none() {
        let frames = [Ok(Frame::data(Bytes::from_static(b"one"))), Err("gone")];
        let body = StreamBody::new(stream::iter(frames));
        assert_eq!(whole(body, 9, |_| true).now_or_never().unwrap(), Err(Stopped::Broken));
    }
}
