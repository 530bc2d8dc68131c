//! One page of a list, with the two headers that tell where it stands.

use axum::http::HeaderName;
use serde_json::Value;
use url::form_urlencoded;

use super::respond::{Answer, Refusal};

const DEFAULT_SIZE: usize = 10;
const LARGEST_SIZE: usize = 300;
const RESULT_COUNT: HeaderName = HeaderName::from_static("x-result-count");

/// Where a list stands: its address and what was asked of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing<'a> {
    pub(super) address: &'a str,
    pub(super) query: &'a [(String, String)],
}

/// A stretch of the rows that a page holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    number: usize,
    last: usize,
    size: usize,
    count: usize,
}

impl Listing<'_> {
    /// The page that was asked for among `count` rows.
    pub(super) fn page(&self, count: usize) -> Result<Page, Refusal> {
        let size = self.size();
        let last = count.div_ceil(size).max(1);
        let number = match self.asked("page").filter(|it| !it.is_empty()) {
            None => Some(1),
            Some("last") => Some(last),
            Some(text) => text.trim().parse().ok(),
        };
        let number = number.filter(|number| (1..=last).contains(number));
        let number = number.ok_or(Refusal::NotFound("Invalid page."))?;
        Ok(Page { number, last, size, count })
    }

    /// The rows of a page as an answer.
    pub(super) fn answer(&self, page: Page, rows: Vec<Value>) -> Answer {
        let mut answer = Answer::ok(Value::Array(rows));
        answer.headers.push((RESULT_COUNT, page.count.to_string()));
        answer.headers.push((axum::http::header::LINK, self.links(page)));
        answer
    }

    /// A size that is no size is ignored, one that is too large cut, neither with a word.
    fn size(&self) -> usize {
        let asked = self.asked("page_size").and_then(|text| text.trim().parse().ok());
        asked.filter(|size| *size > 0).map_or(DEFAULT_SIZE, |size: usize| size.min(LARGEST_SIZE))
    }

    fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    fn links(&self, page: Page) -> String {
        let targets = [
            ("first", Some(1)),
            ("prev", Some(page.number - 1).filter(|it| *it > 0)),
            ("next", Some(page.number + 1).filter(|it| *it <= page.last)),
            ("last", Some(page.last)),
        ];
        let links = targets
            .into_iter()
            .filter_map(|(relation, number)| Some(format!("<{}>; rel=\"{relation}\"", self.link(number?))));
        links.collect::<Vec<_>>().join(", ")
    }

    /// The query in the order of its names; the first page goes without a number.
    fn link(&self, number: usize) -> String {
        let others = self.query.iter().filter(|(name, _)| name != "page").cloned();
        let mut query: Vec<(String, String)> = others.collect();
        if number > 1 {
            query.push(("page".to_owned(), number.to_string()));
        }
        query.sort_by(|(left, _), (right, _)| left.cmp(right));
        if query.is_empty() {
            return self.address.to_owned();
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{}?{query}", self.address)
    }
}

impl Page {
    /// The rows of this page, out of all of them.
    pub(super) fn of<T>(self, rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        rows.skip((self.number - 1) * self.size).take(self.size)
    }
}
