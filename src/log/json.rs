//! A line of the log as JSON: the same members in the same order as the library's own, at a fifth of the instructions. It
//! puts a line together in one buffer, where the library's passes each few bytes on through three layers.

use std::fmt::{self, Debug, Write};

use onramp::scalar::push_now;
use onramp::scan;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// What most lines need.
const USUAL: usize = 512;

/// Writes instant, level, what the line says, where it comes from, and the span that it belongs to.
pub(super) struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Line(String::with_capacity(USUAL));
        line.0.push_str("{\"timestamp\":\"");
        push_now(&mut line.0);
        line.0.push_str("\",\"level\":\"");
        line.0.push_str(event.metadata().level().as_str());
        line.0.push('"');
        event.record(&mut line);
        line.name("target");
        line.text(event.metadata().target());
        if let Some(span) = ctx.parent_span() {
            line.name("span");
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>().map(|fields| fields.fields.as_str());
            // They were written as an object when the span began.
            let inside = fields.and_then(|text| text.strip_suffix('}')).unwrap_or("{");
            line.0.push_str(inside);
            line.0.push_str(if inside.len() > 1 { ",\"name\":" } else { "\"name\":" });
            line.text(span.name());
            line.0.push('}');
        }
        line.0.push_str("}\n");
        writer.write_str(&line.0)
    }
}

/// A line that is being put together.
struct Line(String);

impl Line {
    /// The name of the next member.
    fn name(&mut self, name: &str) {
        self.0.push_str(",\"");
        // A field that is called like a word of the language is called so here.
        self.0.push_str(name.strip_prefix("r#").unwrap_or(name));
        self.0.push_str("\":");
    }

    fn text(&mut self, text: &str) {
        self.0.push('"');
        self.escaped(text);
        self.0.push('"');
    }

    /// A text as it stands inside of quotation marks.
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let (plain, special) = rest.split_at(scan::plain(rest.as_bytes()));
            self.0.push_str(plain);
            let mut characters = special.chars();
            match characters.next() {
                Some('"') => self.0.push_str("\\\""),
                Some('\\') => self.0.push_str("\\\\"),
                Some('\n') => self.0.push_str("\\n"),
                Some('\r') => self.0.push_str("\\r"),
                Some('\t') => self.0.push_str("\\t"),
                Some(other) => self.print(format_args!("\\u{:04x}", u32::from(other))),
                None => break,
            }
            rest = characters.as_str();
        }
    }

    fn print(&mut self, what: fmt::Arguments<'_>) {
        // Writing into memory does not fail, and a value that does not let itself be shown has shown what it could.
        let _ = self.0.write_fmt(what);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field.name());
        self.0.push('"');
        let _ = write!(Inside(self), "{value:?}");
        self.0.push('"');
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field.name());
        self.text(value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field.name());
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.name(field.name());
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.name(field.name());
        self.0.push_str(if value { "true" } else { "false" });
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.name(field.name());
        match thousandths(value) {
            Some((whole, rest)) => {
                let mut digits = itoa::Buffer::new();
                self.0.push_str(digits.format(whole));
                self.0.push('.');
                // The thousand keeps the noughts behind the point.
                let rest = digits.format(1000 + rest).get(1..).unwrap_or_default();
                self.0.push_str(rest);
            }
            None if value.is_finite() => self.print(format_args!("{value:?}")),
            None => self.0.push_str("null"),
        }
    }
}

/// A number of no more than three decimal places, whole and thousandths. What is timed is told to the microsecond, and to
/// find the shortest text of any number at all costs as much as a third of a line.
fn thousandths(value: f64) -> Option<(u64, u64)> {
    let all = (value * 1e3).round();
    let is_exact = value.is_sign_positive() && all < 1e15 && (all / 1e3).to_bits() == value.to_bits();
    is_exact.then_some((all as u64 / 1000, all as u64 % 1000))
}

/// What is shown piece by piece, escaped.
struct Inside<'a>(&'a mut Line);

impl Write for Inside<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing_subscriber::fmt::{self, MakeWriter};
    use tracing_subscriber::layer::SubscriberExt;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// What both write of the same, an object a line.
    fn both(tell: impl Fn()) -> [Vec<Value>; 2] {
        let (own, library) = (Kept::default(), Kept::default());
        let ours = fmt::layer().json().event_format(super::Lines).with_writer(own.clone());
        let theirs = fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(library.clone());
        let written = tracing_subscriber::registry().with(ours).with(theirs);
        tracing::subscriber::with_default(written, tell);
        [own, library].map(|kept| {
            let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            let lines = text.lines().map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(line["timestamp"].take().as_str().unwrap().ends_with('Z'));
                line
            });
            lines.collect()
        })
    }

    #[test]
    fn a_line_is_what_the_library_would_write() {
        let awkward = "quote \" backslash \\ newline \n tab \t return \r bell \u{7} null \0 umlaut ü astral 😀";
        let [own, library] = both(|| {
            tracing::info!(text = awkward, whole = 7_u64, negative = -7, ratio = 0.25, is_so = true, "said");
            tracing::warn!(shown = ?Some(awkward), displayed = %awkward, r#type = "query", none = None::<&str>, "{awkward}");
            tracing::error!(large = u64::MAX, round = 2.0, no_number = f64::NAN, tiny = 1e-9, huge = 1e300);
            tracing::info!(
                zero = 0.0,
                nought = -0.0,
                below = -1.5,
                micro = 0.001,
                sum = 0.1 + 0.2,
                hours = 123_456.789,
                edge = 999_999_999_999.999
            );
            tracing::info_span!("empty").in_scope(|| tracing::info!("inside"));
            tracing::info_span!("full", request_id = awkward, count = 3).in_scope(|| tracing::info!("inside"));
        });
        assert_eq!(own, library);
        assert_eq!(own.len(), 6);
        assert_eq!(own[0]["text"], awkward);
        assert_eq!(own[5]["span"]["request_id"], awkward);
    }

    #[test]
    fn members_stand_where_they_stood() {
        let kept = Kept::default();
        let layer = fmt::layer().json().with_writer(kept.clone()).event_format(super::Lines);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info_span!("walk", step = 1)
                .in_scope(|| tracing::info!(target: "onramp::request", status = 200, "answered"));
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let (_, behind) = text.split_once("Z\"").unwrap();
        assert_eq!(
            behind,
            ",\"level\":\"INFO\",\"message\":\"answered\",\"status\":200,\"target\":\"onramp::request\",\
             \"span\":{\"step\":1,\"name\":\"walk\"}}\n"
        );
    }
}
