//! The head of an answer: its status, its headers, and how far its body goes.

use std::mem::MaybeUninit;

use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::{Method, StatusCode};

/// Most headers of an answer.
const MOST_HEADERS: usize = 100;

/// What comes before a body.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) extent: Extent,
    /// Whether another call may follow on the same connection.
    pub(super) may_be_kept: bool,
}

/// How far a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// So many bytes.
    Length(u64),
    /// As far as its chunks.
    Chunked,
    /// Until the connection is closed.
    Closed,
}

/// No head of an answer, or one that leaves a doubt where its body ends.
#[derive(Debug)]
pub(super) struct Invalid;

/// Reads a head at the start of what arrived, and tells how many bytes it takes; none where it is not all there.
pub(super) fn parse(arrived: &[u8], method: &Method) -> Result<Option<(Head, usize)>, Invalid> {
    let mut room = [const { MaybeUninit::uninit() }; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut []);
    let parsed =
        httparse::ParserConfig::default().parse_response_with_uninit_headers(&mut response, arrived, &mut room);
    let httparse::Status::Complete(taken) = parsed.map_err(|_| Invalid)? else {
        return Ok(None);
    };
    let status = response.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(Invalid)?;
    let headers = headers(response.headers)?;
    let is_old = response.version == Some(0);
    let extent = extent(method, status, &headers, is_old)?;
    // He who names both a length and chunks may have been understood in another way by somebody before us.
    let is_ambiguous = headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH);
    let is_asked_for = if is_old { says(&headers, "keep-alive") } else { !says(&headers, "close") };
    let may_be_kept = is_asked_for && !is_ambiguous && extent != Extent::Closed;
    Ok(Some((Head { status, headers, extent, may_be_kept }, taken)))
}

fn headers(parsed: &[httparse::Header<'_>]) -> Result<HeaderMap, Invalid> {
    let mut headers = HeaderMap::with_capacity(parsed.len());
    for header in parsed {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| Invalid)?;
        headers.append(name, HeaderValue::from_bytes(header.value).map_err(|_| Invalid)?);
    }
    Ok(headers)
}

/// Whether a line is a header, be it of those behind a body.
pub(super) fn is_header(line: &[u8]) -> bool {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let (name, value) = (parts.next().unwrap_or_default(), parts.next());
    let is_value = |value: &[u8]| HeaderValue::from_bytes(value).is_ok();
    HeaderName::from_bytes(name).is_ok() && value.is_some_and(is_value)
}

/// Whether `Connection` says a word.
fn says(headers: &HeaderMap, word: &str) -> bool {
    let words = headers.get_all(CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    words.flat_map(|value| value.split(',')).any(|said| said.trim().eq_ignore_ascii_case(word))
}

fn extent(method: &Method, status: StatusCode, headers: &HeaderMap, is_old: bool) -> Result<Extent, Invalid> {
    let has_none = method == Method::HEAD || status.is_informational();
    if has_none || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return Ok(Extent::Length(0));
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        let mut codings = headers.get_all(TRANSFER_ENCODING).into_iter();
        let is_chunked = codings.next().is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
        // What else it may have been coded by was not offered, and before 1.1 there were no chunks.
        return if is_chunked && codings.next().is_none() && !is_old { Ok(Extent::Chunked) } else { Err(Invalid) };
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).into_iter().map(length);
    let Some(first) = lengths.next() else {
        return Ok(Extent::Closed);
    };
    let first = first?;
    if lengths.all(|length| matches!(length, Ok(length) if length == first)) {
        Ok(Extent::Length(first))
    } else {
        Err(Invalid)
    }
}

/// A length is digits and nothing else, so that nobody reads it in another way.
fn length(value: &HeaderValue) -> Result<u64, Invalid> {
    let digits = value.to_str().map_err(|_| Invalid)?;
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { digits.parse().map_err(|_| Invalid) } else { Err(Invalid) }
}
