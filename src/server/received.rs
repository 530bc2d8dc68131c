//! The body of a request as it is received.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use crate::woken::Hush;

/// A body that does not wake its own connection for more when it has come to its end.
///
/// The HTTP library wakes the connection for each piece that is taken of a body, also for the last. Nearly every request
/// is answered while its connection is being polled, so that each would be polled once more, for nothing; and where there
/// are many, those turns keep the thread from looking at what has come in over the others.
pub(super) struct Received {
    body: Incoming,
    hush: Option<Hush>,
}

impl Received {
    /// A body that comes over a connection that can be hushed: one over which one request comes at a time.
    pub(super) fn new(body: Incoming, hush: Option<Hush>) -> Self {
        Self { body, hush }
    }
}

impl Drop for Received {
    /// What has not come of it is to be taken from the connection all the same, or that to be closed.
    fn drop(&mut self) {
        if let Some(hush) = self.hush.as_ref().filter(|_| !self.body.is_end_stream()) {
            hush.wake();
        }
    }
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Self { body, hush } = &mut *self;
        let Some(hush) = hush else {
            return Pin::new(body).poll_frame(cx);
        };
        let (frame, would_wake) = hush.over(|| Pin::new(&mut *body).poll_frame(cx));
        if would_wake && !body.is_end_stream() {
            hush.wake();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::{Arc, Mutex};
    use std::task::Context;

    use axum::body::{Body, Bytes};
    use axum::response::Response;
    use futures_util::FutureExt;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::Received;
    use crate::body::whole;
    use crate::woken::tests::{Wakes, task};
    use crate::woken::{Hush, Woken};

    /// More than a connection reads at once.
    const LARGE: usize = 3 << 20;

    type Bodies = Arc<Mutex<Vec<Bytes>>>;

    /// A connection over which each body is kept, and read to its end but for those to `/unread`.
    struct Talk {
        client: DuplexStream,
        connection: Pin<Box<dyn Future<Output = ()>>>,
        wakes: Arc<Wakes>,
        context: Context<'static>,
        bodies: Bodies,
    }

    impl Talk {
        fn new() -> Self {
            let (client, stream) = duplex(2 * LARGE);
            let (hush, bodies) = (Hush::new(), Bodies::default());
            let (own, kept) = (hush.clone(), Arc::clone(&bodies));
            let service = service_fn(move |request: hyper::Request<_>| {
                let (own, kept) = (own.clone(), Arc::clone(&kept));
                let is_read = request.uri().path() != "/unread";
                let body = Received::new(request.into_body(), Some(own.clone()));
                async move {
                    let answer = async move {
                        if is_read {
                            let read = whole(body, LARGE, |_| true).await;
                            kept.lock().unwrap().push(read.unwrap());
                        }
                        Ok::<_, Infallible>(Response::new(Body::from("done")))
                    };
                    own.over_the_last_step_of(answer).await
                }
            });
            let talk = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            let connection = Woken::with(Box::pin(talk), &hush).map(Result::unwrap).boxed_local();
            let (wakes, waker) = task();
            let context = Context::from_waker(Box::leak(Box::new(waker)));
            Self { client, connection, wakes, context, bodies }
        }

        fn say(&mut self, bytes: &[u8]) {
            self.client.write_all(bytes).now_or_never().unwrap().unwrap();
        }

        /// Polls the connection once, and says whether it has woken itself meanwhile, or nothing where it has ended.
        fn poll(&mut self) -> Option<bool> {
            let before = self.wakes.so_far();
            let is_open = self.connection.poll_unpin(&mut self.context).is_pending();
            is_open.then(|| self.wakes.so_far() > before)
        }

        /// Polls the connection for as long as it wakes itself, and says whether it is still open.
        fn settle(&mut self) -> bool {
            loop {
                match self.poll() {
                    Some(true) => {}
                    Some(false) => return true,
                    None => return false,
                }
            }
        }

        /// How many answers have come, and the bodies that they answer.
        fn heard(&mut self) -> (usize, Vec<Bytes>) {
            let mut heard = Vec::new();
            while self.client.read_buf(&mut heard).now_or_never().is_some_and(|read| read.unwrap() > 0) {}
            let heard = String::from_utf8(heard).unwrap();
            (heard.matches("200 OK").count(), std::mem::take(&mut *self.bodies.lock().unwrap()))
        }
    }

    #[test]
    fn a_request_that_came_whole_is_answered_in_one_turn() {
        let mut talk = Talk::new();
        assert_eq!(talk.poll(), Some(false));
        for _ in 0..3 {
            talk.say(b"POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody");
            assert_eq!(talk.poll(), Some(false), "the connection was woken for more of what had ended");
            assert_eq!(talk.heard(), (1, vec![Bytes::from_static(b"body")]));
        }
    }

    #[test]
    fn a_body_of_many_pieces_is_read_to_its_end() {
        let large = vec![b'x'; LARGE];
        let head = format!("POST / HTTP/1.1\r\ncontent-length: {LARGE}\r\n\r\n");
        let mut talk = Talk::new();
        talk.say(head.as_bytes());
        talk.say(&large);
        assert!(talk.settle());
        let (answers, bodies) = talk.heard();
        assert!(answers == 1 && bodies == [large], "it came at once, and was not read at once");
        talk.say(b"POST / HTTP/1.1\r\ncontent-length: 6\r\n\r\none");
        assert!(talk.settle());
        assert_eq!(talk.heard(), (0, vec![]));
        talk.say(b"two");
        assert!(talk.settle());
        assert_eq!(talk.heard(), (1, vec![Bytes::from_static(b"onetwo")]), "it came in two pieces");
        talk.say(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
        assert!(talk.settle());
        assert_eq!(talk.heard(), (1, vec![Bytes::from_static(b"onetwo")]), "nobody knew how long it was");
        let request = "POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody";
        talk.say(request.repeat(3).as_bytes());
        assert!(talk.settle());
        assert_eq!(talk.heard(), (3, vec![Bytes::from_static(b"body"); 3]), "others came right behind it");
    }

    #[test]
    fn what_nobody_reads_of_a_body_is_taken_or_the_connection_is_closed() {
        let mut talk = Talk::new();
        talk.say(
            b"POST /unread HTTP/1.1\r\ncontent-length: 4\r\n\r\nbodyPOST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nnext",
        );
        assert!(talk.settle());
        assert_eq!(talk.heard(), (2, vec![Bytes::from_static(b"next")]));
        talk.say(format!("POST /unread HTTP/1.1\r\ncontent-length: {LARGE}\r\n\r\n").as_bytes());
        talk.say(&vec![b'x'; LARGE]);
        assert!(!talk.settle(), "what comes next over it would never be read");
        assert_eq!(talk.heard(), (1, vec![]));
    }
}
