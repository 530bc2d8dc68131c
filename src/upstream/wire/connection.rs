//! One connection: a request written, and its answer read whole.

use bytes::{Buf, Bytes, BytesMut};
use httparse::Status;
use hyper::{Method, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Response;
use super::head::{self, Extent, Head, Invalid};
use crate::body::TRUSTED;
use crate::upstream::room::{Bound, Part};

/// Most bytes of a head, and of what follows the last chunk.
const MOST_HEAD: usize = 64 * 1024;
/// Most bytes of the line before a chunk, which is a number.
const MOST_LINE: usize = 1024;
/// What ends a line.
const LINE_END: &[u8] = b"\r\n";
/// As many answers that only say that another is to come are passed over.
const MOST_INTERIM: usize = 8;
/// So much is read at once where nobody knows how much there is.
const ROOM: usize = 8192;

/// A connection with nothing under way.
#[derive(Debug)]
pub(super) struct Connection<S> {
    pub(super) stream: S,
    /// What arrived and was not looked at.
    arrived: BytesMut,
}

/// A call without a complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Not a byte of the request was taken.
    Unsent,
    Broken,
    /// The body is larger than so many bytes.
    Large(usize),
    /// The answers that are being read take all of so many bytes.
    Crowded(usize),
}

/// A body that is being read.
struct Reading<'a> {
    bound: Bound<'a>,
    part: Part<'a>,
}

impl Reading<'_> {
    /// What is left of the bound behind so many bytes, for so many more.
    fn fits(&self, read: usize, more: u64) -> Result<usize, Stopped> {
        let left = self.bound.limit.saturating_sub(read);
        usize::try_from(more).ok().filter(|more| *more <= left).ok_or(Stopped::Large(self.bound.limit))
    }

    /// Makes room for so much of the body.
    fn grow(&mut self, whole: usize) -> Result<(), Stopped> {
        if self.part.grow(whole) { Ok(()) } else { Err(Stopped::Crowded(self.bound.room.size())) }
    }
}

impl From<std::io::Error> for Stopped {
    fn from(_: std::io::Error) -> Self {
        Self::Broken
    }
}

impl From<Invalid> for Stopped {
    fn from(_: Invalid) -> Self {
        Self::Broken
    }
}

impl From<httparse::InvalidChunkSize> for Stopped {
    fn from(_: httparse::InvalidChunkSize) -> Self {
        Self::Broken
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, arrived: BytesMut::new() }
    }

    /// Sends a request and reads its answer, and tells whether another call may follow.
    pub(super) async fn exchange(
        &mut self,
        text: &[u8],
        method: &Method,
        bound: Bound<'_>,
    ) -> Result<(Response, bool), Stopped> {
        let was_taken = self.send(text).await?;
        let Head { status, headers, extent, may_be_kept } = self.read_head(method).await?;
        let mut reading = Reading { bound, part: bound.room.part() };
        let body = match extent {
            Extent::Length(length) => self.read_all(length, &mut reading).await?,
            Extent::Chunked => self.read_chunks(&mut reading).await?,
            Extent::Closed => self.read_to_end(&mut reading).await?,
        };
        // What follows an answer was asked for by nobody, and would be taken for the next one's.
        let may_be_kept = may_be_kept && was_taken && self.arrived.is_empty();
        Ok((Response { status, headers, body }, may_be_kept))
    }

    /// Sends a request, and tells whether all of it was taken: whoever has seen enough of one answers, and hangs up.
    async fn send(&mut self, text: &[u8]) -> Result<bool, Stopped> {
        let taken = self.stream.write(text).await.map_err(|_| Stopped::Unsent)?;
        let rest = text.get(taken..).unwrap_or_default();
        Ok(self.stream.write_all(rest).await.is_ok() && self.stream.flush().await.is_ok())
    }

    /// Reads the head of the answer, behind those that only say that it is to come.
    async fn read_head(&mut self, method: &Method) -> Result<Head, Stopped> {
        for _ in 0..=MOST_INTERIM {
            let head = self.read_any_head(method).await?;
            if !head.status.is_informational() {
                return Ok(head);
            }
            if head.status == StatusCode::SWITCHING_PROTOCOLS {
                break;
            }
        }
        Err(Stopped::Broken)
    }

    async fn read_any_head(&mut self, method: &Method) -> Result<Head, Stopped> {
        // A head that drips is not parsed again for every drop.
        let (mut seen, mut enough) = (0, 1);
        loop {
            let is_worth_it =
                self.arrived.len() >= enough || may_end_a_head(self.arrived.get(seen..).unwrap_or_default());
            if is_worth_it {
                if let Some((head, taken)) = head::parse(&self.arrived, method)? {
                    self.arrived.advance(taken);
                    return Ok(head);
                }
                enough = 2 * self.arrived.len();
            }
            seen = self.arrived.len().saturating_sub(END.len() - 1);
            self.read_more().await?;
        }
    }

    /// Reads on in what is small: heads, and what stands around chunks.
    async fn read_more(&mut self) -> Result<(), Stopped> {
        if self.arrived.len() >= MOST_HEAD {
            return Err(Stopped::Broken);
        }
        self.arrived.reserve(ROOM);
        match self.stream.read_buf(&mut self.arrived).await? {
            0 => Err(Stopped::Broken),
            _ => Ok(()),
        }
    }

    async fn read_all(&mut self, length: u64, reading: &mut Reading<'_>) -> Result<Bytes, Stopped> {
        let length = reading.fits(0, length)?;
        let mut body = BytesMut::with_capacity(length.min(TRUSTED));
        self.read_into(&mut body, length, reading).await?;
        Ok(body.freeze())
    }

    async fn read_chunks(&mut self, reading: &mut Reading<'_>) -> Result<Bytes, Stopped> {
        let mut body = BytesMut::new();
        loop {
            let size = self.read_chunk_size().await?;
            if size == 0 {
                self.pass_trailers().await?;
                return Ok(body.freeze());
            }
            let size = reading.fits(body.len(), size)?;
            self.read_into(&mut body, size, reading).await?;
            if self.find_line().await? != 0 {
                return Err(Stopped::Broken);
            }
            self.arrived.advance(LINE_END.len());
        }
    }

    async fn read_chunk_size(&mut self) -> Result<u64, Stopped> {
        loop {
            if let Status::Complete((taken, size)) = httparse::parse_chunk_size(&self.arrived)? {
                self.arrived.advance(taken);
                return Ok(size);
            }
            if self.arrived.len() >= MOST_LINE {
                return Err(Stopped::Broken);
            }
            self.read_more().await?;
        }
    }

    /// Trailers say nothing that anybody asked for.
    async fn pass_trailers(&mut self) -> Result<(), Stopped> {
        let mut passed = 0;
        while passed <= MOST_HEAD {
            let length = self.find_line().await?;
            if !self.arrived.get(..length).is_some_and(|line| line.is_empty() || head::is_header(line)) {
                break;
            }
            self.arrived.advance(length + LINE_END.len());
            if length == 0 {
                return Ok(());
            }
            passed += length;
        }
        Err(Stopped::Broken)
    }

    /// Reads on until there is a line, and tells how long it is without its end.
    async fn find_line(&mut self) -> Result<usize, Stopped> {
        let mut seen = 0;
        loop {
            let unseen = self.arrived.get(seen..).unwrap_or_default();
            if let Some(place) = unseen.windows(LINE_END.len()).position(|pair| pair == LINE_END) {
                return Ok(seen + place);
            }
            seen = self.arrived.len().saturating_sub(1);
            self.read_more().await?;
        }
    }

    async fn read_to_end(&mut self, reading: &mut Reading<'_>) -> Result<Bytes, Stopped> {
        let mut body = std::mem::take(&mut self.arrived);
        while body.len() <= reading.bound.limit {
            reading.grow(body.len())?;
            // Twice as much each time, so that what is long is not copied often.
            let room = body.len().clamp(ROOM, TRUSTED);
            body.reserve(room);
            if self.stream.read_buf(&mut body).await? == 0 {
                return Ok(body.freeze());
            }
        }
        Err(Stopped::Large(reading.bound.limit))
    }

    /// Appends as many bytes to a body, from what arrived and what is to come.
    async fn read_into(
        &mut self,
        body: &mut BytesMut,
        length: usize,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stopped> {
        let end = body.len() + length;
        let there = self.arrived.len().min(length);
        body.extend_from_slice(self.arrived.get(..there).unwrap_or_default());
        self.arrived.advance(there);
        reading.grow(body.len())?;
        while body.len() < end {
            let rest = end - body.len();
            if body.capacity() == body.len() {
                body.reserve(rest.min(TRUSTED));
            }
            let mut rest_of_it = (&mut self.stream).take(u64::try_from(rest).unwrap_or(u64::MAX));
            if rest_of_it.read_buf(body).await? == 0 {
                return Err(Stopped::Broken);
            }
            reading.grow(body.len())?;
        }
        Ok(())
    }
}

/// What a head ends with; some leave out the returns.
const END: &[u8] = b"\n\r\n";

/// Whether a head may end somewhere in this.
fn may_end_a_head(arrived: &[u8]) -> bool {
    arrived.windows(END.len()).any(|bytes| bytes == END || bytes.starts_with(b"\n\n")) || arrived.ends_with(b"\n\n")
}
