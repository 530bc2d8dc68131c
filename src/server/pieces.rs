//! A stream that sends two small pieces as one: the kernel takes longer to gather them than it takes to copy them here.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is longer goes out as it is.
const SMALL: usize = 2048;

/// Nothing is held back in it: what was written has gone to the stream.
pub(super) struct InOnePiece<S> {
    stream: S,
    /// Where pieces are put together; its memory is used again.
    whole: Vec<u8>,
}

impl<S> InOnePiece<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, whole: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for InOnePiece<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for InOnePiece<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, whole } = &mut *self;
        let length = pieces.iter().fold(0, |length: usize, piece| length.saturating_add(piece.len()));
        if length > SMALL {
            return Pin::new(stream).poll_write_vectored(cx, pieces);
        }
        whole.clear();
        pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
        Pin::new(stream).poll_write(cx, whole)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::{InOnePiece, SMALL};

    #[tokio::test]
    async fn pieces_arrive_in_their_order_however_much_is_taken_at_once() {
        for (first, second, taken) in
            [(3, 4, 64), (3, 4, 5), (SMALL, 1, 64), (10 * SMALL, SMALL, 7), (0, 9, 64), (0, 0, 64)]
        {
            let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(first + second).collect();
            let (near, mut far) = duplex(taken);
            let sent = bytes.clone();
            let sending = tokio::spawn(async move {
                let (mut stream, mut done) = (InOnePiece::new(near), 0);
                while done < sent.len() {
                    let (head, body) = sent.split_at(first);
                    let pieces = [&head[done.min(first)..], &body[done.saturating_sub(first)..]].map(IoSlice::new);
                    done += stream.write_vectored(&pieces).await.unwrap();
                }
            });
            let mut arrived = Vec::new();
            far.read_to_end(&mut arrived).await.unwrap();
            sending.await.unwrap();
            assert_eq!(arrived, bytes, "{first} and {second} bytes, {taken} at once");
        }
    }

    #[tokio::test]
    async fn what_was_written_has_gone_though_nobody_flushes_it() {
        let (near, mut far) = duplex(64);
        let mut stream = InOnePiece::new(near);
        assert_eq!(stream.write_vectored(&[IoSlice::new(b"good"), IoSlice::new(b"bye")]).await.unwrap(), 7);
        assert_eq!(stream.write(b"!").await.unwrap(), 1);
        drop(stream);
        let mut arrived = String::new();
        far.read_to_string(&mut arrived).await.unwrap();
        assert_eq!(arrived, "goodbye!");
    }
}
