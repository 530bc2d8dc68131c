//! What an operator may set about agents.

use axum::http::uri::Authority;
use serde::Deserialize;

use crate::config::Words;
use crate::setting::Setting;

/// The keys of the section `mcp`.
pub const MCP: &[Setting] = &[
    Setting::new(
        "enabled",
        "false",
        "Whether agents are answered at `/mcp`: the operations of `documents.trusted` are their tools.",
    ),
    Setting::optional(
        "queries",
        "Names of the trusted queries that are tools: a list, or a text with commas. Unless told, all of them are.",
    ),
    Setting::new(
        "mutations",
        "",
        "Names of the trusted mutations that are tools: a list, or a text with commas. Without any, agents only read.",
    ),
    Setting::new(
        "tools",
        "",
        "Further tools, of `search` and `introspect` for learning the schema and `execute` for any query: a list, or a text \
         with commas.",
    ),
    Setting::optional(
        "allowed_hosts",
        "Hosts that a request to `/mcp` may name in `Host`, such as `graph.example.com`: a list, or a text with commas. \
         Unless told, `localhost` and the loopback addresses where `server.listen` is one of these, and any otherwise.",
    ),
];

/// The values of [`MCP`].
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// Whether there is anything for agents at all.
    pub enabled: bool,
    /// The trusted queries that are tools; all where nothing is said.
    pub queries: Option<Words>,
    /// The trusted mutations that are tools.
    pub mutations: Words,
    /// Which tools there are besides.
    pub tools: Further,
    /// The hosts by which the gateway may be called.
    pub allowed_hosts: Option<Hosts>,
}

/// A tool that comes from no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generic {
    /// Finds what the schema has by words.
    Search,
    /// Shows a part of the schema.
    Introspect,
    /// Answers any query.
    Execute,
}

impl Generic {
    const ALL: [Self; 3] = [Self::Search, Self::Introspect, Self::Execute];

    /// The tool's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Introspect => "introspect",
            Self::Execute => "execute",
        }
    }
}

/// Tools that come from no document, each once.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Words")]
pub struct Further(pub Vec<Generic>);

impl TryFrom<Words> for Further {
    type Error = String;

    fn try_from(given: Words) -> Result<Self, String> {
        let mut tools = Vec::new();
        for word in given.iter() {
            let known = Generic::ALL.into_iter().find(|tool| tool.name() == word);
            let tool = known.ok_or_else(|| format!("found {word:?}, expected search, introspect or execute"))?;
            if !tools.contains(&tool) {
                tools.push(tool);
            }
        }
        Ok(Self(tools))
    }
}

/// Names or addresses of hosts, without ports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Words")]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Whether a host is one of these.
    pub fn has(&self, host: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

impl TryFrom<Words> for Hosts {
    type Error = String;

    fn try_from(given: Words) -> Result<Self, String> {
        given.iter().map(|host| checked(host)).collect::<Result<_, _>>().map(Self)
    }
}

/// Anything but a host alone would never match.
fn checked(given: &str) -> Result<String, String> {
    if given.parse::<Authority>().is_ok_and(|authority| authority.host() == given) {
        Ok(given.to_owned())
    } else {
        Err(format!("found {given:?}, expected a host such as \"graph.example.com\", without a scheme or a port"))
    }
}
