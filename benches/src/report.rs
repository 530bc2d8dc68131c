//! The results as tables in Markdown.

use std::fmt::Write;

use crate::contest::Who;
use crate::measured::Measured;
use crate::queries::Query;
use crate::run::{CONNECTIONS, DELAYS, GROWTH, ROWS, Results};

/// All tables, one below the other.
pub(crate) fn table(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = format!(
        "{} cores of {}, Linux {}, {}; medians of {} rounds of {} s, everybody in turn; \
         everybody is started anew for each query, and before its rounds at {CONNECTIONS} connections go {} that do not \
         count. Only what stands in one row or table compares.\n\n",
        machine.cores,
        machine.processor,
        machine.kernel,
        machine.compiler,
        rounds(&results.queries),
        results.seconds_a_round,
        results.warming_rounds,
    );
    writes(&mut text, &queries());
    for delay in DELAYS {
        writes(&mut text, &ratios(results, delay));
    }
    writes(&mut text, &single(results));
    for delay in DELAYS {
        writes(&mut text, &figures(results, delay));
    }
    writes(&mut text, &rows(results));
    writes(&mut text, &connections(results));
    writes(
        &mut text,
        &format!(
            "From the start of the process to its first answer: {:.0} ms. Memory after it: {:.1} MB.\n",
            results.start_up_ms,
            mega(results.idle_bytes)
        ),
    );
    text.trim_end().to_owned() + "\n"
}

fn rounds(measured: &[Measured]) -> usize {
    measured.first().map_or(0, |measured| measured.rounds.len())
}

fn writes(text: &mut String, part: &str) {
    text.push_str(part);
    text.push('\n');
}

fn queries() -> String {
    let rows = Query::ALL.map(|query| format!("| {} | {} | {} |\n", query.name(), query.meaning(), query.calls()));
    format!("| query | what | upstream calls |\n|---|---|---|\n{}", rows.concat())
}

fn ratios(results: &Results, delay: u64) -> String {
    let mut text = format!(
        "### Requests a second, {delay} ms of upstream delay, {CONNECTIONS} connections\n\n\
         | query | floor | ceiling | sharing off | x floor | x ceiling | sharing on | x floor | x ceiling |\n\
         |---|---|---|---|---|---|---|---|---|\n"
    );
    for query in Query::ALL {
        let find = |who| find(&results.queries, who, query.name(), delay, CONNECTIONS);
        let rate = |who| find(who).map_or_else(nothing, |measured| thousands(measured.per_second()));
        let ratio = |who, other| find(who).zip(find(other)).map_or_else(nothing, |(one, two)| times(one.ratio(two)));
        let cells = [
            query.name().to_owned(),
            rate(Who::Floor),
            rate(Who::Ceiling),
            rate(Who::Unshared),
            ratio(Who::Unshared, Who::Floor),
            ratio(Who::Unshared, Who::Ceiling),
            rate(Who::Shared),
            ratio(Who::Shared, Who::Floor),
            ratio(Who::Shared, Who::Ceiling),
        ];
        row(&mut text, &cells);
    }
    text
}

fn single(results: &Results) -> String {
    let delay = DELAYS[1];
    let mut text = format!(
        "### Median latency in milliseconds, {delay} ms of upstream delay, one connection\n\n\
         Medians of {} rounds. How far the gateway without sharing is behind is taken round by round, as ratios are.\n\n\
         | query | floor | ceiling | sharing off | behind floor | behind ceiling | sharing on |\n\
         |---|---|---|---|---|---|---|\n",
        rounds(&results.single)
    );
    for query in Query::ALL {
        let find = |who| find(&results.single, who, query.name(), delay, 1);
        let cell = |who| find(who).map_or_else(nothing, |measured| milliseconds(measured.p50()));
        let behind = |other| {
            let pair = find(Who::Unshared).zip(find(other));
            pair.map_or_else(nothing, |(one, other)| milliseconds(one.behind(other)))
        };
        let cells = [
            query.name().to_owned(),
            cell(Who::Floor),
            cell(Who::Ceiling),
            cell(Who::Unshared),
            behind(Who::Floor),
            behind(Who::Ceiling),
            cell(Who::Shared),
        ];
        row(&mut text, &cells);
    }
    text
}

fn figures(results: &Results, delay: u64) -> String {
    let mut text = format!(
        "### What a request takes, {delay} ms of upstream delay, {CONNECTIONS} connections\n\n\
         | query | who | CPU us | p50 ms | p99 ms | p99 / p50 | peak memory MB | upstream calls |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    for query in Query::ALL {
        for measured in Who::ALL.iter().filter_map(|who| find(&results.queries, *who, query.name(), delay, CONNECTIONS))
        {
            let cells = [
                query.name().to_owned(),
                measured.who.to_owned(),
                thousands(measured.cpu()),
                milliseconds(measured.p50()),
                milliseconds(measured.p99()),
                format!("{:.1}", measured.p99() / measured.p50()),
                format!("{:.1}", mega(measured.peak())),
                format!("{:.2}", measured.calls()),
            ];
            row(&mut text, &cells);
        }
    }
    text
}

/// What the rows cost, and each of them behind the first, which stands for what a request costs at all.
fn rows(results: &Results) -> String {
    let mut text = format!(
        "### Rows: CPU us for a request for onboards with 8 scalars each, and for each row behind the first\n\n\
         More than a hundred rows are pages of a hundred, in one request. 0 ms of upstream delay, {CONNECTIONS} connections.\n\n\
         | rows | ceiling | a row | sharing off | a row |\n|---|---|---|---|---|\n"
    );
    let find = |who: Who, rows| results.rows.iter().find(|one| one.who == who.name() && one.rows == rows);
    for rows in ROWS {
        let whole = |who| find(who, rows).map_or_else(nothing, |measured| thousands(measured.cpu()));
        let each = |who| {
            let cost = find(who, rows).zip(find(who, 1)).filter(|_| rows > 1);
            cost.map_or_else(nothing, |(all, one)| format!("{:.2}", (all.cpu() - one.cpu()) / (rows - 1) as f64))
        };
        let cells = [whole(Who::Ceiling), each(Who::Ceiling), whole(Who::Unshared), each(Who::Unshared)];
        row(&mut text, &[vec![rows.to_string()], cells.to_vec()].concat());
    }
    text
}

fn connections(results: &Results) -> String {
    let mut text = "### Connections: requests a second, and p99 in milliseconds, 0 ms of upstream delay\n\n\
         | query | connections | ceiling | p99 | sharing off | p99 | x ceiling | sharing on | p99 | x ceiling |\n\
         |---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for query in [Query::Onboards, Query::Fanned] {
        for connections in GROWTH {
            let find = |who| find(&results.connections, who, query.name(), 0, connections);
            let rate = |who| find(who).map_or_else(nothing, |measured| thousands(measured.per_second()));
            let late = |who| find(who).map_or_else(nothing, |measured| milliseconds(measured.p99()));
            let ratio = |who| {
                find(who).zip(find(Who::Ceiling)).map_or_else(nothing, |(one, ceiling)| times(one.ratio(ceiling)))
            };
            let mut cells = vec![query.name().to_owned(), connections.to_string()];
            cells.extend([rate(Who::Ceiling), late(Who::Ceiling)]);
            for who in [Who::Unshared, Who::Shared] {
                cells.extend([rate(who), late(who), ratio(who)]);
            }
            row(&mut text, &cells);
        }
    }
    text
}

/// Who was measured at what.
pub(crate) fn find<'a>(
    all: &'a [Measured],
    who: Who,
    what: &str,
    delay_ms: u64,
    connections: usize,
) -> Option<&'a Measured> {
    all.iter().find(|one| {
        one.who == who.name() && one.what == what && one.delay_ms == delay_ms && one.connections == connections
    })
}

fn row(text: &mut String, cells: &[String]) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn nothing() -> String {
    "-".to_owned()
}

fn mega(bytes: f64) -> f64 {
    bytes / 1e6
}

fn milliseconds(microseconds: f64) -> String {
    format!("{:.2}", microseconds / 1e3)
}

/// A ratio, unless it is one to somebody who has answered nothing.
fn times(ratio: f64) -> String {
    if ratio.is_finite() { format!("{ratio:.2}") } else { nothing() }
}

/// A figure of three digits or more, with a comma for each three behind it.
fn thousands(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn a_comma_stands_before_each_three_digits() {
        for (figure, text) in [(0.4, "0"), (999.0, "999"), (1000.0, "1,000"), (1_234_567.4, "1,234,567")] {
            assert_eq!(thousands(figure), text);
        }
    }
}
