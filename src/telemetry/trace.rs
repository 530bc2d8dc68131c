//! The trace that a request belongs to: taken from its headers, carried along, and passed on to whoever is called.
//!
//! <https://www.w3.org/TR/trace-context/>. Where nothing is exported the gateway is no part of a trace: it hands on what
//! it was handed, and begins none.

use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::{Instrument, Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

use super::Exporter;

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");

tokio::task_local! {
    /// The trace of what this task does just now.
    static TRACE: Trace;
}

/// Whether spans are exported at all.
static IS_EXPORTED: AtomicBool = AtomicBool::new(false);

/// Whether spans are exported: where they are not, nothing need be told of them.
pub fn is_exported() -> bool {
    IS_EXPORTED.load(Ordering::Relaxed)
}

/// What hands spans to an exporter.
pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(exporter: &Exporter) -> OpenTelemetryLayer<S, SdkTracer> {
    IS_EXPORTED.store(true, Ordering::Relaxed);
    // Where in the sources a span is made, and on which thread, is nobody's question.
    tracing_opentelemetry::layer()
        .with_tracer(exporter.tracer())
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
}

/// A request's place in its trace.
#[derive(Debug, Clone)]
pub struct Trace {
    span: Span,
    /// What the caller said, where he said anything. Every call that waits holds a trace, and most have none of these.
    caller: Option<Arc<SpanContext>>,
}

impl Default for Trace {
    fn default() -> Self {
        Self { span: Span::none(), caller: None }
    }
}

impl Trace {
    /// Makes a request's span a child of its caller's, where the headers name one.
    pub fn begin(span: Span, headers: &HeaderMap) -> Self {
        let caller = read(headers).map(Arc::new);
        if let Some(caller) = &caller {
            // Where nothing is exported there is nobody to tell.
            let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(SpanContext::clone(caller)));
        }
        Self { span, caller }
    }

    /// The request's span.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// The same trace inside of a span of its own.
    #[must_use]
    pub fn within(&self, span: Span) -> Self {
        Self { span, caller: self.caller.clone() }
    }

    /// The trace's id in hexadecimal digits, where the request belongs to one.
    pub fn id(&self) -> Option<String> {
        let context = self.context(&self.span);
        context.is_valid().then(|| context.trace_id().to_string())
    }

    /// Does something as a part of this trace, whoever polls it.
    pub fn follow<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        TRACE.scope(self.clone(), work.instrument(self.span.clone()))
    }

    /// What a span stands for: itself where it is exported, else whatever the caller said.
    fn context(&self, span: &Span) -> SpanContext {
        let own = span.context().span().span_context().clone();
        if own.is_valid() { own } else { self.caller.as_deref().cloned().unwrap_or(SpanContext::NONE) }
    }
}

/// The headers that make a call a part of the trace of what this task does just now.
pub fn headers() -> HeaderMap {
    let context = TRACE.try_with(|trace| trace.context(&Span::current())).unwrap_or(SpanContext::NONE);
    let mut headers = HeaderMap::new();
    if context.is_valid() {
        let parent = format!("00-{}-{}-{:02x}", context.trace_id(), context.span_id(), context.trace_flags());
        let state = context.trace_state().header();
        let texts = [(PARENT, parent), (STATE, state)].into_iter().filter(|(_, text)| !text.is_empty());
        headers.extend(texts.filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?))));
    }
    headers
}

/// What the caller says of his trace; nothing where he says it wrongly, as the specification has it.
fn read(headers: &HeaderMap) -> Option<SpanContext> {
    let mut parents = headers.get_all(&PARENT).iter();
    let (Some(parent), None) = (parents.next(), parents.next()) else {
        return None;
    };
    let (trace, span, flags) = parts(parent.to_str().ok()?)?;
    let context = SpanContext::new(trace, span, flags, true, state(headers).unwrap_or_default());
    context.is_valid().then_some(context)
}

/// The parts of a parent: `00-<32 digits>-<16 digits>-<2 digits>`, with more after it in later versions.
fn parts(parent: &str) -> Option<(TraceId, SpanId, TraceFlags)> {
    let mut parts = parent.splitn(5, '-');
    let version = digits(parts.next()?, 2)?;
    let (trace, span) = (digits(parts.next()?, 32)?, digits(parts.next()?, 16)?);
    let flags = u8::from_str_radix(digits(parts.next()?, 2)?, 16).ok()?;
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    // The other flags are not known here, and so not set.
    Some((trace, span, TraceFlags::new(flags) & TraceFlags::SAMPLED))
}

fn digits(part: &str, length: usize) -> Option<&str> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (part.len() == length && part.bytes().all(is_digit)).then_some(part)
}

fn state(headers: &HeaderMap) -> Option<TraceState> {
    let values: Option<Vec<&str>> = headers.get_all(&STATE).iter().map(|value| value.to_str().ok()).collect();
    let values = values?.join(",");
    let members: Vec<&str> = values.split(',').map(str::trim).filter(|member| !member.is_empty()).collect();
    TraceState::from_str(&members.join(",")).ok()
}

#[cfg(test)]
mod tests {
    use super::{PARENT, STATE, read};
    use axum::http::{HeaderMap, HeaderValue};

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn headers(parents: &[&str], states: &[&str]) -> HeaderMap {
        let parents = parents.iter().map(|text| (PARENT, *text));
        let all = parents.chain(states.iter().map(|text| (STATE, *text)));
        let mut headers = HeaderMap::new();
        for (name, text) in all {
            headers.append(name, HeaderValue::from_str(text).unwrap());
        }
        headers
    }

    fn read_parent(parent: &str) -> Option<(String, String, u8)> {
        let context = read(&headers(&[parent], &[]))?;
        Some((context.trace_id().to_string(), context.span_id().to_string(), context.trace_flags().to_u8()))
    }

    #[test]
    fn a_parent_is_read_and_its_unknown_flags_are_not_set() {
        for (flags, known) in [("00", 0), ("01", 1), ("02", 0), ("ff", 1)] {
            let expected = Some((TRACE.to_owned(), SPAN.to_owned(), known));
            assert_eq!(read_parent(&format!("00-{TRACE}-{SPAN}-{flags}")), expected);
        }
        let later = format!("cc-{TRACE}-{SPAN}-01-what-comes-later");
        assert_eq!(read_parent(&later), Some((TRACE.to_owned(), SPAN.to_owned(), 1)));
    }

    #[test]
    fn a_parent_that_is_none_is_as_if_it_were_not_there() {
        let upper = TRACE.to_uppercase();
        for wrong in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{upper}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}0-{SPAN}-01"),
        ] {
            assert_eq!(read_parent(&wrong), None, "{wrong}");
        }
        let parent = format!("00-{TRACE}-{SPAN}-01");
        assert!(read(&headers(&[&parent, &parent], &[])).is_none(), "which of the two?");
    }

    #[test]
    fn a_state_goes_along_and_a_wrong_one_is_left_out() {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        let state = |states: &[&str]| read(&headers(&[&parent], states)).unwrap().trace_state().header();
        assert_eq!(state(&["a=1, b=2", "c=3"]), "a=1,b=2,c=3");
        assert_eq!(state(&["no state"]), "");
    }
}
