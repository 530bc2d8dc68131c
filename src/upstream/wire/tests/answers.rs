//! Answers, sound and unsound, in one piece and in many.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{LIMIT, Outcome, read, read_within, write};
use crate::upstream::room::{Bound, Room};
use crate::upstream::wire::connection::{Connection, Stopped};

/// An answer's text, and what is to come of it.
struct Case {
    text: &'static str,
    expected: Outcome,
    /// Whether hyper makes the same of it.
    is_hypers: bool,
}

fn found(status: u16, body: &str, may_be_kept: bool) -> Outcome {
    Ok((status, body.as_bytes().to_vec(), may_be_kept))
}

fn case(text: &'static str, expected: Outcome) -> Case {
    Case { text, expected, is_hypers: true }
}

/// What this client reads otherwise than hyper's, on the safe side.
fn stricter(text: &'static str, expected: Outcome) -> Case {
    Case { text, expected, is_hypers: false }
}

fn cases() -> Vec<Case> {
    let broken = || Err(Stopped::Broken);
    vec![
        case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", found(200, "{}", true)),
        case("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", found(404, "", true)),
        case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: x, Close\r\n\r\n{}", found(200, "{}", false)),
        case("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}", found(200, "{}", false)),
        case("HTTP/1.0 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}", found(200, "{}", true)),
        case("HTTP/1.1 200 OK\n\nto the end", found(200, "to the end", false)),
        case("HTTP/1.1 204 No Content\r\n\r\n", found(204, "", true)),
        case("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", found(304, "", true)),
        case(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 1\r\n\r\n1",
            found(201, "1", true),
        ),
        case(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;ext=1\r\n0123456789\r\n0\r\n\r\n",
            found(200, "abc0123456789", true),
        ),
        case(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\nx-sum: 1\r\n\r\n",
            found(200, "{}", true),
        ),
        case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}", found(200, "{}", true)),
        // Somebody else's answer, or one to a question of somebody else's making.
        case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n", found(200, "{}", false)),
        // How far the body goes is told twice.
        case(
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            found(200, "{}", false),
        ),
        case("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 1\r\n\r\n{}", broken()),
        case("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", broken()),
        case("HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}", broken()),
        case("HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}", broken()),
        case("HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\n{}", broken()),
        stricter("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", broken()),
        stricter("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nabc", broken()),
        case("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n0\r\n\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\0-sum: 1\r\n\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-sum\r\n\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-sum: \x01\r\n\r\n", broken()),
        case("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", broken()),
        case("HTTP/1.1 200 OK\r\nconte\0nt: x\r\n\r\n{}", broken()),
        case("HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 2\r\n\r\n{}", broken()),
        case("HTTP/1.1 1000 OK\r\n\r\n", broken()),
        case("SSH-2.0-OpenSSH_9.2p1\r\n", broken()),
        case("HTTP/1.1 200 OK\r\ncontent-length: 2", broken()),
        case("", broken()),
        case("HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n", Err(Stopped::Large(LIMIT))),
        case("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n186a1\r\n", Err(Stopped::Large(LIMIT))),
    ]
}

/// The same answer read by hyper's client; nothing where it is a broken one. What is kept it does not say.
async fn read_by_hyper(method: &Method, text: &[u8]) -> Option<(u16, Vec<u8>)> {
    let (near, far) = tokio::io::duplex(1 << 20);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(near)).await.ok()?;
    let driven = tokio::spawn(connection);
    let request = Request::builder().method(method).uri("/").body(Empty::new()).ok()?;
    let asked = async move {
        let response = sender.send_request(request).await.ok()?;
        let status = response.status().as_u16();
        if status == 101 {
            return None;
        }
        Some((status, response.into_body().collect().await.ok()?.to_bytes().to_vec()))
    };
    let (mut reading, writing) = tokio::io::split(far);
    // It does not take an answer before it has asked.
    let answered = async {
        let mut asked = vec![0; 1024];
        let _ = tokio::io::AsyncReadExt::read(&mut reading, &mut asked).await;
        let whole = reading.unsplit(writing);
        write(whole, vec![text.to_vec()]).await;
    };
    let (outcome, ()) = tokio::join!(asked, answered);
    driven.abort();
    outcome
}

#[tokio::test]
async fn an_answer_is_read_as_its_protocol_says() {
    for Case { text, expected, .. } in cases() {
        assert_eq!(read(&Method::GET, vec![text.as_bytes().to_vec()]).await, expected, "{text:?}");
    }
}

#[tokio::test]
async fn an_answer_is_read_as_hyper_reads_it() {
    let mut otherwise = Vec::new();
    for Case { text, expected, is_hypers } in cases() {
        let hypers = read_by_hyper(&Method::GET, text.as_bytes()).await;
        let own = expected.ok().map(|(status, body, _)| (status, body));
        if (hypers == own) != is_hypers {
            otherwise.push((text, hypers));
        }
    }
    assert_eq!(otherwise, []);
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let text = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n".to_vec();
    assert_eq!(read(&Method::HEAD, vec![text]).await, found(200, "", true));
}

#[tokio::test]
async fn a_body_of_the_largest_size_is_read_and_no_larger_one() {
    for (length, fits) in [(LIMIT, true), (LIMIT + 1, false)] {
        let body = vec![b' '; length];
        let chunks = |size: usize| {
            body.chunks(size).flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat())
        };
        let sized = [format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").as_bytes(), &body].concat();
        let closed = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &body].concat();
        let mut chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        chunked.extend(chunks(777));
        chunked.extend(b"0\r\n\r\n");
        for text in [sized, closed, chunked] {
            let outcome = read(&Method::GET, vec![text]).await.map(|(_, body, _)| body.len());
            assert_eq!(outcome, if fits { Ok(length) } else { Err(Stopped::Large(LIMIT)) });
        }
    }
}

#[tokio::test]
async fn a_body_finds_the_room_that_there_is_however_it_comes() {
    let chunk = [b"400\r\n".as_slice(), &[b' '; 1024], b"\r\n"].concat();
    let mut chunked = vec![b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec()];
    chunked.extend(std::iter::repeat_n(chunk, 200));
    chunked.push(b"0\r\n\r\n".to_vec());
    let sized = vec![b"HTTP/1.1 200 OK\r\ncontent-length: 204800\r\n\r\n".to_vec(), vec![b' '; 204_800]];
    let closed = vec![b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b' '; 204_800]];
    for pieces in [chunked, sized, closed] {
        for (room, expected) in [(150_000, Ok(204_800)), (100_000, Err(Stopped::Crowded(100_000)))] {
            let outcome = read_within(300_000, room, &Method::GET, pieces.clone()).await;
            assert_eq!(outcome.map(|(_, body, _)| body.len()), expected);
        }
    }
}

#[tokio::test]
async fn who_answers_before_he_has_taken_all_of_a_request_is_heard() {
    let (near, mut far) = tokio::io::duplex(64);
    let room = Room::new(LIMIT);
    let mut connection = Connection::new(near);
    let text = [b'x'; 1000];
    let exchange = connection.exchange(&text, &Method::PUT, Bound { limit: LIMIT, room: &room });
    let refused = async move {
        far.read_exact(&mut [0; 100]).await.unwrap();
        far.write_all(b"HTTP/1.1 413 No\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    };
    let (outcome, ()) = tokio::join!(exchange, refused);
    let (response, may_be_kept) = outcome.unwrap();
    assert_eq!((response.status.as_u16(), may_be_kept), (413, false));
}

#[tokio::test]
async fn what_never_ends_is_given_up() {
    let more = |line: &str| line.repeat(100_000).into_bytes();
    let heads: [&str; 3] =
        ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"];
    for (head, rest) in heads.into_iter().zip(["x-more: and more\r\n", "a", "x-more: and more\r\n"]) {
        assert_eq!(read(&Method::GET, vec![head.into(), more(rest)]).await, Err(Stopped::Broken), "{head}");
    }
    let interim = more("HTTP/1.1 102 Processing\r\n\r\n");
    assert_eq!(read(&Method::GET, vec![interim]).await, Err(Stopped::Broken));
}

fn in_pieces(text: &[u8], cuts: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    cuts.sort_unstable();
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(text.len()));
    starts.zip(ends).map(|(start, end)| text[start..end].to_vec()).collect()
}

/// Runs what awaits inside of a property.
fn settled<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

proptest! {
    #[test]
    fn the_pieces_that_an_answer_comes_in_make_no_difference(
        number in any::<prop::sample::Index>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let cases = cases();
        let Case { text, expected, .. } = number.get(&cases);
        let outcome = settled(read(&Method::GET, in_pieces(text.as_bytes(), &cuts)));
        // What follows an answer may arrive too late to be seen here; the next call sees it.
        let without_keeping = |outcome: Outcome| outcome.map(|(status, body, _)| (status, body));
        prop_assert_eq!(without_keeping(outcome), without_keeping(expected.clone()));
    }

    #[test]
    fn whatever_comes_is_an_answer_or_none(
        number in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let cases = cases();
        let mut text = number.get(&cases).text.as_bytes().to_vec();
        let place = place.index(text.len() + 1);
        text.splice(place..(place + noise.len()).min(text.len()), noise);
        // Where hyper sees a broken answer, so does this.
        let (own, hypers) = settled(async { (read(&Method::GET, vec![text.clone()]).await, read_by_hyper(&Method::GET, &text).await) });
        if let Ok((status, body, _)) = own {
            prop_assert_eq!(hypers, Some((status, body)), "{:?}", String::from_utf8_lossy(&text));
        }
    }
}
