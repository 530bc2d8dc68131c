//! The plot: how many requests everybody answers for each that the ceiling answers.

use std::fmt::Write;

use crate::contest::Who;
use crate::queries::Query;
use crate::report::find;
use crate::run::{CONNECTIONS, Results};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 50.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = 300.0;

/// The ends of the scale, which counts in powers: sharing gains too much to stand beside the rest otherwise.
const LEAST: f64 = 0.1;
const MOST: f64 = 100.0;
const LINES: [f64; 7] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];

/// A picture in SVG.
pub(crate) fn svg(results: &Results) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"14\">Requests a second, where the hand-written ceiling is 1 \
         (0 ms of upstream delay, {CONNECTIONS} connections)</text>\n"
    );
    for (place, who) in Who::ALL.into_iter().enumerate() {
        let x = LEFT + 160.0 * place as f64;
        rect(&mut svg, (x, 34.0), (10.0, 10.0), colour(who));
        text(&mut svg, (x + 15.0, 43.0), "start", who.name());
    }
    for line in LINES {
        let (y, width) = (height(line), WIDTH - 10.0);
        let stroke = if line == 1.0 { "black" } else { "#ddd" };
        write(&mut svg, &format!("<path d=\"M{LEFT} {y:.1}H{width}\" stroke=\"{stroke}\"/>\n"));
        text(&mut svg, (LEFT - 6.0, y + 4.0), "end", &line.to_string());
    }
    for (place, query) in Query::ALL.into_iter().enumerate() {
        group(&mut svg, results, query, LEFT + 12.0 + 138.0 * place as f64);
    }
    svg.push_str("</svg>\n");
    svg
}

fn group(svg: &mut String, results: &Results, query: Query, left: f64) {
    text(svg, (left + 56.0, BOTTOM + 20.0), "middle", query.name());
    let find = |who| find(&results.queries, who, query.name(), 0, CONNECTIONS);
    for (place, who) in Who::ALL.into_iter().enumerate() {
        let Some((measured, ceiling)) = find(who).zip(find(Who::Ceiling)) else { continue };
        let ratio = measured.ratio(ceiling);
        let (x, y) = (left + 29.0 * place as f64, height(ratio));
        rect(svg, (x, y), (25.0, BOTTOM - y), colour(who));
        text(svg, (x + 12.5, y - 3.0), "middle", &format!("{ratio:.2}"));
    }
}

fn height(ratio: f64) -> f64 {
    let share = (ratio.clamp(LEAST, MOST) / LEAST).log10() / (MOST / LEAST).log10();
    BOTTOM - share * (BOTTOM - TOP)
}

fn colour(who: Who) -> &'static str {
    match who {
        Who::Floor => "#bbbbbb",
        Who::Ceiling => "#777777",
        Who::Unshared => "#4477aa",
        Who::Shared => "#ee7733",
    }
}

fn rect(svg: &mut String, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
    write(
        svg,
        &format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>\n"),
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    write(svg, &format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"11\">{words}</text>\n"));
}

fn write(svg: &mut String, element: &str) {
    // Writing to a string cannot fail.
    let _ = svg.write_str(element);
}
