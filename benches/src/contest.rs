//! Who is measured: the gateway with sharing and without, the floor and the ceiling, each a process on the same core.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::child::Child;
use crate::problem::Problem;
use crate::queries::{self, Query};

/// The gateway's settings in the bench: one API, and everything else as it is by default.
pub(crate) fn settings(upstream: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("ONRAMP__SERVER__LISTEN", "127.0.0.1:0"),
        ("ONRAMP__IDENTITY__MODE", "open"),
        ("ONRAMP__LEADCONDUIT__API_KEY", "bench"),
        ("ONRAMP__LEADCONDUIT__BASE_URL", upstream),
    ]
}

/// The same with all that shares work between requests switched off, so that each does its own.
pub(crate) fn unshared(upstream: &str) -> Vec<(&'static str, &str)> {
    [settings(upstream).as_slice(), UNSHARED].concat()
}

const UNSHARED: &[(&str, &str)] = &[
    ("ONRAMP__SERVER__SHARE_OPERATIONS", "false"),
    ("ONRAMP__LEADCONDUIT__COALESCING", "false"),
    ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "0"),
    ("ONRAMP__LEADCONDUIT__CACHE_FLOWS_MS", "0"),
];

/// One who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Floor,
    Ceiling,
    Unshared,
    Shared,
}

impl Who {
    pub(crate) const ALL: [Self; 4] = [Self::Floor, Self::Ceiling, Self::Unshared, Self::Shared];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Ceiling => "ceiling",
            Self::Unshared => "gateway, sharing off",
            Self::Shared => "gateway, sharing on",
        }
    }

    /// The floor passes the bytes of single reads through, which is no answer to what is put together of two.
    pub(crate) fn answers(self, query: Query) -> bool {
        !(self == Self::Floor && query == Query::Shared)
    }
}

/// Where the processes of a bench run: the measured one has a core of its own, where there are two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    pub(crate) measured: usize,
    pub(crate) others: usize,
}

impl Cores {
    /// The first and the last of the cores that this process may use.
    pub(crate) fn of_this_machine() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
        let mut cores = allowed.trim().split([',', '-']).filter_map(|core| core.parse().ok());
        let measured = cores.next().unwrap_or_default();
        Self { measured, others: cores.next_back().unwrap_or(measured) }
    }
}

/// The upstream as the bench sees it.
pub(crate) struct Upstream {
    child: Child,
    client: Client,
}

impl Upstream {
    pub(crate) fn start(cores: Cores, client: &Client) -> Result<Self, Problem> {
        Ok(Self {
            child: Child::start(cores.others, &[own_program()?.as_str(), "upstream"], &[])?,
            client: client.clone(),
        })
    }

    pub(crate) fn base(&self) -> &str {
        &self.child.base
    }

    /// Sets what it plays, and counts from here on.
    pub(crate) async fn play(&self, rows: usize, delay_ms: u64) -> Result<(), Problem> {
        self.client.get(&format!("{}/-/set?rows={rows}&delay_ms={delay_ms}", self.base())).await.map(drop)
    }

    pub(crate) fn cpu(&self) -> Result<Duration, Problem> {
        self.child.cpu()
    }

    /// The calls since then.
    pub(crate) async fn calls(&self) -> Result<u64, Problem> {
        let text = self.client.get(&format!("{}/-/calls", self.base())).await?;
        text.parse().map_err(|_| Problem::Other(format!("the upstream counts {text:?}")))
    }
}

/// One who is measured, running.
pub(crate) struct Contestant {
    pub(crate) who: Who,
    pub(crate) child: Child,
}

impl Contestant {
    pub(crate) fn start(who: Who, cores: Cores, gateway: &Path, upstream: &str) -> Result<Self, Problem> {
        let (own, gateway) = (own_program()?, gateway.display().to_string());
        let child = match who {
            Who::Floor => Child::start(cores.measured, &[own.as_str(), "floor", upstream], &[]),
            Who::Ceiling => Child::start(cores.measured, &[own.as_str(), "ceiling", upstream], &[]),
            Who::Shared => Child::start(cores.measured, &[gateway.as_str()], &settings(upstream)),
            Who::Unshared => Child::start(cores.measured, &[gateway.as_str()], &unshared(upstream)),
        };
        Ok(Self { who, child: child? })
    }
}

/// How long a gateway takes from the start of its process to its first answer, and the memory that it holds then.
pub(crate) async fn start_up(
    cores: Cores,
    gateway: &Path,
    upstream: &str,
    client: &Client,
) -> Result<(Duration, u64), Problem> {
    let start = Instant::now();
    let contestant = Contestant::start(Who::Shared, cores, gateway, upstream)?;
    client.ask(&contestant.child.base, &Query::Typename.text()).await?;
    Ok((start.elapsed(), contestant.child.resident()?))
}

/// Checks that everybody answers alike, and makes the calls that the query takes.
pub(crate) async fn agree(contestants: &[Contestant], upstream: &Upstream, client: &Client) -> Result<(), Problem> {
    for query in Query::ALL {
        let mut expected = None;
        for Contestant { who, child } in contestants.iter().filter(|contestant| contestant.who.answers(query)) {
            upstream.play(queries::PAGE, 0).await?;
            let answer = client.ask(&child.base, &query.text()).await;
            let (who, found, query_name) = (who.name(), upstream.calls().await?, query.name());
            // What is shared may have been kept from a query before.
            let is_fewer = who == Who::Shared.name() && found < query.calls();
            if found != query.calls() && !is_fewer {
                return Err(Problem::Calls { who, query: query_name, found, expected: query.calls() });
            }
            // The floor's bytes are the upstream's, which are no answer to compare.
            if who == Who::Floor.name() {
                continue;
            }
            let answer = answer?;
            let expected = expected.get_or_insert_with(|| answer.clone());
            if *expected != answer {
                let (found, expected) = (answer.to_string(), expected.to_string());
                return Err(Problem::Differs { who, query: query_name, found, expected });
            }
        }
    }
    Ok(())
}

/// Asks a question at a time.
#[derive(Clone)]
pub(crate) struct Client {
    #[expect(clippy::disallowed_types, reason = "the bench asks as any client does")]
    client: reqwest::Client,
}

impl Client {
    pub(crate) fn new() -> Result<Self, Problem> {
        // That a provider is there already is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_types, reason = "the bench asks as any client does")]
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { client })
    }

    async fn get(&self, url: &str) -> Result<String, Problem> {
        Ok(self.client.get(url).send().await?.error_for_status()?.text().await?)
    }

    /// The answer to a query, which has to be one without errors.
    pub(crate) async fn ask(&self, base: &str, query: &str) -> Result<Value, Problem> {
        let request = self.client.post(format!("{base}/graphql")).header("content-type", "application/json");
        let text = request.body(queries::body(query)).send().await?.error_for_status()?.text().await?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|error| Problem::Read(format!("the answer {text}"), error))?;
        if answer.get("errors").is_some() {
            return Err(Problem::Other(format!("{query} is answered with errors: {text}")));
        }
        Ok(answer)
    }

    /// The query for so many onboards, of a gateway whose upstream plays as many: where they take several pages, their
    /// cursors are those that it gives.
    pub(crate) async fn text_for(&self, base: &str, rows: usize) -> Result<String, Problem> {
        if rows <= queries::PAGE {
            return Ok(queries::onboards(rows));
        }
        let mut cursors: Vec<String> = Vec::new();
        for _ in 1..rows.div_ceil(queries::PAGE) {
            let after = cursors.last().map_or_else(String::new, |cursor| format!(",after:{cursor:?}"));
            let text = format!("{{onboards(first:{}{after}){{pageInfo{{endCursor}}}}}}", queries::PAGE);
            let answer = self.ask(base, &text).await?;
            let cursor = answer.pointer("/data/onboards/pageInfo/endCursor").and_then(Value::as_str);
            cursors.push(cursor.ok_or_else(|| Problem::Other("a page has no last cursor".to_owned()))?.to_owned());
        }
        Ok(queries::pages(&cursors))
    }
}

fn own_program() -> Result<String, Problem> {
    let program = std::env::current_exe().map_err(|error| Problem::File("this program".to_owned(), error))?;
    Ok(program.display().to_string())
}
