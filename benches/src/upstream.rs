//! The upstream of the bench: answers from memory after a set delay, and counts what it is asked.
//!
//! It has to cost little beside what is measured, so it speaks no more HTTP than its callers: requests without a body, on
//! connections that are kept. What it plays is set by `GET /-/set?rows=100&delay_ms=5`, which also clears the count, and
//! `GET /-/calls` tells the count.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::{announce, bodies};

/// A request's head is a few hundred bytes. What is longer is no request of ours.
const LONGEST_HEAD: usize = 16 * 1024;

struct Played {
    account: Bytes,
    onboards: RefCell<Bytes>,
    delay: Cell<Duration>,
    calls: Cell<u64>,
}

impl Played {
    fn new() -> Self {
        Self {
            account: ok(&bodies::account()),
            onboards: RefCell::new(ok(&bodies::onboards(100))),
            delay: Cell::new(Duration::ZERO),
            calls: Cell::new(0),
        }
    }

    async fn answer(&self, path: &str) -> Bytes {
        if let Some(control) = path.strip_prefix("/-/") {
            return self.control(control);
        }
        self.calls.set(self.calls.get() + 1);
        if !self.delay.get().is_zero() {
            tokio::time::sleep(self.delay.get()).await;
        }
        match path.strip_prefix("/connections/") {
            Some(id) => ok(&bodies::link(id)),
            None if path == "/account" => self.account.clone(),
            None if path == "/onboards" => self.onboards.borrow().clone(),
            None => Bytes::from_static(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
        }
    }

    fn control(&self, control: &str) -> Bytes {
        if let Some((_, asked)) = control.split_once('?') {
            for (name, value) in asked.split('&').filter_map(|pair| pair.split_once('=')) {
                match (name, value.parse()) {
                    ("rows", Ok(rows)) => drop(self.onboards.replace(ok(&bodies::onboards(rows)))),
                    ("delay_ms", Ok(delay)) => self.delay.set(Duration::from_millis(delay as u64)),
                    _ => return Bytes::from_static(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"),
                }
            }
            self.calls.set(0);
        }
        ok(&self.calls.get().to_string())
    }
}

fn ok(body: &str) -> Bytes {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    Bytes::from(head + body)
}

/// Serves on a free port of the loopback until the process is stopped.
pub(crate) async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    announce(&listener)?;
    let played = Rc::new(Played::new());
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await?;
            let played = Rc::clone(&played);
            // A caller who breaks off is no matter of the others.
            tokio::task::spawn_local(async move { drop(converse(stream, &played).await) });
        }
    };
    LocalSet::new().run_until(accept).await
}

async fn converse(mut stream: TcpStream, played: &Played) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut read = BytesMut::with_capacity(LONGEST_HEAD);
    loop {
        while let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let path = path(&read).ok_or(io::ErrorKind::InvalidData)?.to_owned();
            read.advance(end + 4);
            stream.write_all(&played.answer(&path).await).await?;
        }
        if read.len() > LONGEST_HEAD || stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
}

fn path(head: &[u8]) -> Option<&str> {
    let rest = head.strip_prefix(b"GET ")?;
    let end = rest.iter().position(|byte| *byte == b' ')?;
    std::str::from_utf8(rest.get(..end)?).ok()
}
