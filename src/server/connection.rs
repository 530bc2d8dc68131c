//! One connection from its handshake to its end, over HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::life::LAST_WORDS;
use super::pieces::InOnePiece;
use super::received::Received;
use super::standing::{Place, Standing};
use super::{Current, Life};
use crate::woken::{Hush, Woken};
use crate::workers::Workers;

/// No honest client takes longer to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves a connection until it ends, the client goes, or nothing is waited for any more.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    workers: Workers,
    current: Arc<Current>,
    life: Arc<Life>,
    place: Arc<Place>,
) {
    // An answer is written whole, so there is nothing to be gained by waiting for more of it.
    let _ = stream.set_nodelay(true);
    let front = current.front();
    let connection = Connection { peer, workers, current, life: Arc::clone(&life), place, use_of_it: Use::default() };
    let Some(acceptor) = &front.tls else {
        return connection.talk(InOnePiece::new(stream), front.idle_timeout, front.max_header_bytes).await;
    };
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)) => shaken,
        () = life.given_up() => return tracing::debug!(%peer, why = GATEWAY_ENDS, "a connection was cut"),
    };
    match shaken {
        Ok(Ok(stream)) => connection.talk(stream, front.idle_timeout, front.max_header_bytes).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS connection came about"),
        Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
    }
}

/// So often it is looked whether a connection is of use, in the time that it may be of none.
const LOOKS: u32 = 4;

/// Why a connection is cut that nobody waits for any more.
const GATEWAY_ENDS: &str = "the gateway ends";

/// What ends a connection besides its client.
enum End {
    /// Nothing is accepted any more.
    Closing,
    /// It is of no use.
    Useless,
    /// It was given up, by whoever answers over it or with all others; says why.
    Cut(&'static str),
}

struct Connection {
    peer: SocketAddr,
    workers: Workers,
    current: Arc<Current>,
    life: Arc<Life>,
    place: Arc<Place>,
    use_of_it: Use,
}

/// Whether a connection is of any use: how often a request has come or been answered, and those that are being answered.
#[derive(Debug, Default)]
struct Use {
    changes: AtomicU64,
    under_way: AtomicUsize,
}

impl Connection {
    async fn talk(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        idle_timeout: Duration,
        max_header_bytes: u32,
    ) {
        let this = Arc::new(self);
        let hush = Hush::new();
        let service = service_fn(|request: Request<Incoming>| {
            let is_one_at_a_time = request.version() <= Version::HTTP_11;
            let hush = is_one_at_a_time.then(|| hush.clone());
            let answer =
                answer(Arc::clone(&this), request.map(|body| Received::new(body, hush.clone())), is_one_at_a_time);
            async move {
                match hush {
                    Some(hush) => hush.over_the_last_step_of(answer).await,
                    None => answer.await,
                }
            }
        });
        let builder = builder(this.workers.clone(), idle_timeout, max_header_bytes);
        let talk = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut talk = Woken::with(talk, &hush);
        let mut ends = FuturesUnordered::from_iter(this.ends(idle_timeout));
        loop {
            tokio::select! {
                // What has come in is read before anything is closed.
                biased;
                ended = &mut talk => {
                    if let Err(error) = ended {
                        tracing::debug!(peer = %this.peer, error, "a connection broke");
                    }
                    return;
                }
                // A connection wakes up for every request, and these seldom: they are looked at when one has woken itself.
                Some(end) = Woken::new(ends.next()) => match end {
                    End::Closing => talk.change().as_mut().graceful_shutdown(),
                    End::Useless => {
                        tracing::debug!(peer = %this.peer, "a connection was closed: no whole request came over it");
                        return;
                    }
                    End::Cut(why) => {
                        tracing::debug!(peer = %this.peer, why, "a connection was cut");
                        return;
                    }
                }
            }
        }
    }

    /// Whatever may end it.
    fn ends(&self, idle_timeout: Duration) -> [BoxFuture<'_, End>; 4] {
        let closing = async {
            self.life.closed().await;
            tokio::time::sleep(LAST_WORDS).await;
            End::Closing
        };
        let useless = self.until_useless(idle_timeout).map(|()| End::Useless);
        let cut = self.place.is_cut().map(|()| End::Cut("its client takes nothing"));
        let given_up = self.life.given_up().map(|()| End::Cut(GATEWAY_ENDS));
        [closing.boxed(), useless.boxed(), cut.boxed(), given_up.boxed()]
    }

    /// Waits until no request has come for so long, or a look longer, and none is being answered: whoever sends nothing,
    /// and whoever never comes to the end of a request's head. The HTTP library would set a clock for each request.
    async fn until_useless(&self, timeout: Duration) {
        let (mut quiet, mut before) = (0, 0);
        while quiet < LOOKS {
            tokio::time::sleep(timeout / LOOKS).await;
            let is_answering = self.use_of_it.under_way.load(Ordering::Relaxed) > 0;
            let now = self.use_of_it.changes.load(Ordering::Relaxed);
            let has_changed = now != std::mem::replace(&mut before, now);
            let is_of_use = is_answering || has_changed;
            quiet = if is_of_use { 0 } else { quiet + 1 };
        }
    }
}

async fn answer(
    connection: Arc<Connection>,
    request: Request<Received>,
    is_one_at_a_time: bool,
) -> Result<Response, Infallible> {
    let front = connection.current.front();
    let is_draining = || connection.life.is_draining();
    let standing = Standing::new(&connection.place, is_one_at_a_time, Arc::clone(&front));
    let under_way = UnderWay::begin(Arc::clone(&connection));
    // What an answer needs is large, and would be moved about with everything that it is a part of.
    let mut response = Box::pin(front.door.answer(request, connection.peer, standing)).await?;
    if is_one_at_a_time && is_draining() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(if response.body().size_hint().exact().is_some() {
        response
    } else {
        response.map(|body| Body::new(Streamed { body, _under_way: under_way }))
    })
}

/// A body whose end nobody knows: its request is being answered until it has come.
struct Streamed {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// One connection over HTTP/2 may bring all requests that there are: each of them is a task for the workers.
fn builder(workers: Workers, idle_timeout: Duration, max_header_bytes: u32) -> Builder<Workers> {
    let mut builder = Builder::new(workers);
    let http1_bytes = usize::try_from(max_header_bytes).unwrap_or(usize::MAX);
    builder.http1().header_read_timeout(None).max_buf_size(http1_bytes);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(idle_timeout).max_header_list_size(max_header_bytes);
    builder
}

/// A request that is being answered.
struct UnderWay(Arc<Connection>);

impl UnderWay {
    fn begin(connection: Arc<Connection>) -> Self {
        connection.use_of_it.changes.fetch_add(1, Ordering::Relaxed);
        connection.use_of_it.under_way.fetch_add(1, Ordering::Relaxed);
        Self(connection)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.use_of_it.changes.fetch_add(1, Ordering::Relaxed);
        self.0.use_of_it.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
