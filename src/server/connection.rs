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
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::life::LAST_WORDS;
use super::standing::{Place, Standing};
use super::{Current, Life};

/// No honest client takes longer to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves a connection until it ends, the client goes, or nothing is waited for any more.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    current: Arc<Current>,
    life: Arc<Life>,
    place: Arc<Place>,
) {
    // An answer is written whole, so there is nothing to be gained by waiting for more of it.
    let _ = stream.set_nodelay(true);
    let front = current.front();
    let connection = Connection { peer, current, life: Arc::clone(&life), place, use_of_it: Use::default() };
    let served = async {
        match &front.tls {
            None => connection.talk(stream, front.idle_timeout, front.max_header_bytes).await,
            Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => connection.talk(stream, front.idle_timeout, front.max_header_bytes).await,
                Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS connection came about"),
                Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
            },
        }
    };
    tokio::select! {
        () = served => {}
        () = life.given_up() => tracing::debug!(%peer, "a connection was cut"),
    }
}

struct Connection {
    peer: SocketAddr,
    current: Arc<Current>,
    life: Arc<Life>,
    place: Arc<Place>,
    use_of_it: Use,
}

/// Whether a connection is of any use: requests that have come, and those that are being answered.
#[derive(Debug, Default)]
struct Use {
    begun: AtomicU64,
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
        let service = service_fn(|request| {
            let this = Arc::clone(&this);
            async move { answer(this, request).await }
        });
        let builder = builder(idle_timeout, max_header_bytes);
        let mut talk = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut last_words = pin!(async {
            this.life.closed().await;
            tokio::time::sleep(LAST_WORDS).await;
        });
        let mut useless = pin!(this.until_useless(idle_timeout));
        let mut is_told = false;
        loop {
            tokio::select! {
                // What has come in is read before anything is closed.
                biased;
                ended = talk.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(peer = %this.peer, error, "a connection broke");
                    }
                    return;
                }
                () = last_words.as_mut(), if !is_told => {
                    talk.as_mut().graceful_shutdown();
                    is_told = true;
                }
                () = useless.as_mut() => return,
                () = this.place.is_cut() => {
                    tracing::debug!(peer = %this.peer, "a connection was cut whose client takes nothing");
                    return;
                }
            }
        }
    }

    /// Waits until no request has come for so long, and none is being answered. The HTTP library bounds only how long
    /// the head of a request takes once it knows which version it speaks.
    async fn until_useless(&self, timeout: Duration) {
        loop {
            let before = self.use_of_it.begun.load(Ordering::Relaxed);
            tokio::time::sleep(timeout).await;
            let is_answering = self.use_of_it.under_way.load(Ordering::Relaxed) > 0;
            if !is_answering && self.use_of_it.begun.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

async fn answer(connection: Arc<Connection>, request: Request<Incoming>) -> Result<Response, Infallible> {
    let is_one_at_a_time = request.version() <= Version::HTTP_11;
    let (door, replaced) = connection.current.entry();
    let is_draining = || connection.life.is_draining();
    let standing = Standing::new(&connection.place, is_one_at_a_time, replaced);
    let under_way = UnderWay::begin(Arc::clone(&connection));
    let mut response = door.answer(request, connection.peer, standing).await?;
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

fn builder(idle_timeout: Duration, max_header_bytes: u32) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(idle_timeout)
        .max_buf_size(usize::try_from(max_header_bytes).unwrap_or(usize::MAX));
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(idle_timeout).max_header_list_size(max_header_bytes);
    builder
}

/// A request that is being answered.
struct UnderWay(Arc<Connection>);

impl UnderWay {
    fn begin(connection: Arc<Connection>) -> Self {
        connection.use_of_it.begun.fetch_add(1, Ordering::Relaxed);
        connection.use_of_it.under_way.fetch_add(1, Ordering::Relaxed);
        Self(connection)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.use_of_it.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
