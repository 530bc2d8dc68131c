//! Onramp: one GraphQL graph over three REST APIs, with guarded writes and a sandbox inside.
//!
//! # The map
//!
//! | module | answers | may name |
//! |---|---|---|
//! | `main`, `startup`, `deck`, `reload`, `ending`, `signals`, `log`, `stage`, `banner`, `check`, `health` | the command line, and the program's life | [`server`], [`mcp`], [`graph`], [`documents`], [`limits`], [`advance`], [`audit`], [`config`], [`identity`], [`rate`], [`caller`], [`replicas`], [`telemetry`], [`tape`], [`drift`], [`scalar`], [`workers`], [`sandbox`] |
//! | [`server`] | what comes in over HTTP, and what goes out | [`mcp`], [`graph`], [`identity`], [`rate`], [`documents`], [`limits`], [`config`], [`context`], [`replicas`], [`telemetry`], [`error`], [`caller`], `flight`, `body`, `woken`, [`workers`], [`scalar`], `record` |
//! | [`mcp`] | what agents are offered, and what their calls come to | [`graph`], [`documents`], [`limits`], [`config`], [`error`], [`setting`] |
//! | [`graph`] | what the joined graph is, and how a request goes through it | each API's `mod`, and below |
//! | [`identity`] | who comes in, and with which profile | [`config`], [`upstream`], [`caller`], [`error`], [`setting`] |
//! | [`rate`] | how often a caller may come | [`caller`], [`replicas`], [`error`], [`setting`] |
//! | [`documents`] | which documents need not be sent | [`replicas`], [`error`], [`setting`] |
//! | [`limits`] | what one request may ask for | [`pagination`], [`error`], [`setting`] |
//! | [`leadconduit`], [`waldur`], [`connect`] | one API each, in the same six files | own files, and below but [`config`] |
//! | [`advance`] | how a mutation goes its way, from lock to audit line | [`live`], `coordination`, [`audit`], [`context`], [`caller`], [`replicas`], [`telemetry`], [`upstream`], [`error`] |
//! | [`live`] | what has changed, and who is told of it | [`context`], [`telemetry`], [`error`], [`setting`] |
//! | `coordination` | who of this process may write when, and what an idempotency key stands for | nothing of ours |
//! | [`pagination`], [`node`] | what connections and global ids are | [`error`], [`scalar`], `record` |
//! | [`config`] | what was set, by file and environment | [`setting`] |
//! | [`audit`] | what was attempted, and what became of it | [`setting`] |
//! | [`batch`] | how keys of one turn become one batch | [`context`], [`error`], [`turn`] |
//! | `session` | what a request holds of an API, once a field asks for it | [`context`], [`turn`] |
//! | [`upstream`] | how an API is called and what its outcomes mean | [`context`], [`caller`], [`replicas`], [`telemetry`], [`error`], [`transition`], [`tape`], [`setting`], [`drift`], `flight`, `body`, [`workers`], [`scalar`] |
//! | [`context`] | what one request carries along, and what it has cost | [`caller`], [`telemetry`], [`error`] |
//! | [`caller`] | who asks and what he may | [`error`] |
//! | [`replicas`] | what gateways on one Redis know of each other | [`telemetry`], [`error`], [`setting`] |
//! | [`error`] | what can go wrong, and what a client sees of it | [`transition`] |
//! | [`transition`] | what a rule is, and what follows from a table of them | nothing of ours |
//! | [`tape`] | what went between the gateway and the APIs, written down and played again | [`setting`] |
//! | [`telemetry`] | how traces and metrics reach those who run the gateway | [`setting`] |
//! | [`drift`] | in what an answer differs from what its API documents | [`scalar`], [`vocabulary`] |
//! | [`scalar`], [`vocabulary`] | how values are read and written; open enums | `record`, [`scan`] |
//! | `record` | how records are written in one pass | [`scan`] |
//! | `flight` | what is on its way, and joined | `woken` |
//! | [`turn`], `body`, `woken`, [`workers`], [`scan`], [`setting`] | when a batch goes; a body in one piece; what is polled when it was woken itself; which thread serves; many bytes at once; a setting | nothing of ours |
//! | [`sandbox`] | the three APIs, played | nothing of ours |
//!
//! A slice's six files answer six questions: `mod` what it brings to the graph, `model` what its things are in the
//! graph's words, `rest` how the vendor says it, `loader` how many are fetched at once, `rules` what may follow what, and
//! `graphql` what a client may ask and do. Inside a slice everything but `mod` is private. No arrow of the table points
//! up; `tests/gateway/structure.rs` reads the paths that each file names and holds it.
//!
//! # A query, walked
//!
//! `{ onboards(first: 2) { nodes { flow { name } } } }` comes in at [`server`], which gives it an id, asks [`identity`] whose it is, and reads it.
//! [`graph`] holds it against the [`limits`], parses it and attaches a session of each API: loaders that live as long as the request. The resolver of
//! `onboards` asks its loader for all onboards, which `rest` fetches through [`upstream`] with one `GET /onboards`; filter,
//! order and page are the resolver's. Each row's `flow` asks the loader for an id. When every row has asked, the
//! [`turn`] ends and the loader fetches two flows by id, or more of them by the list. Rows of which nothing but stored fields
//! and such links is selected are written as JSON in one pass, by `record`; the rest is the engine's. What failed is null, with one
//! error, to which [`error::response`] gives its code.
//!
//! # A mutation, walked
//!
//! `mutation { onboardComplete(id: "…") { onboard { status } userErrors { message } } }`: the resolver says in a `Write`
//! what is particular to it and hands that to [`advance`], which goes on in a task of its own, so that a client who leaves
//! takes nothing along. It takes the onboard's lock, that of the [`replicas`] too, reads the onboard past everything
//! older, and asks [`transition::permit`] whether the table in `leadconduit/rules` lets it be completed. A refusal is the payload's user
//! error. A [`transition::Permit`] is what `rest` needs to send the one `PUT`: the record as it was read, whole, with its
//! status changed. Where the answer is lost the onboard is read again, and what it shows is told. Whoever listens to
//! the onboard is told by [`live`]. The audit log gets its line, the lock is released, and the request forgets what it had
//! read before.
//!
//! # A tool's call, walked
//!
//! `tools/call` of `StartOnboard` comes in at [`server`] as everything does, and is a message of the Model Context Protocol.
//! [`mcp`] has made a tool of each trusted operation at the start: it knows what the tool takes, and says which request to
//! [`graph`] the call comes to. `dryRun`, which its document left out, is one of its variables, true unless the agent said false.
//! From there on it is that request.
//!
//! # A subscription, walked
//!
//! `subscription { leadChanged(id: "…") { stage } }` is admitted like a query. Its resolver takes a seat in the watch that
//! reads leads under the caller's credential: [`live`] asks the slice's loader for it now, when a change of it is told, and
//! when the interval is over. Each state that differs from the last one is an event, which [`graph`] answers as if it were
//! a query of its own, with loaders that have read nothing before it.

#![forbid(unsafe_code)]

pub mod advance;
pub mod audit;
pub mod batch;
mod body;
pub mod caller;
pub mod config;
pub mod connect;
pub mod context;
mod coordination;
pub mod documents;
pub mod drift;
pub mod error;
mod flight;
pub mod graph;
pub mod identity;
pub mod leadconduit;
pub mod limits;
pub mod live;
pub mod mcp;
pub mod node;
pub mod pagination;
pub mod rate;
mod record;
pub mod replicas;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod scalar;
pub mod scan;
pub mod server;
mod session;
pub mod setting;
pub mod tape;
pub mod telemetry;
pub mod transition;
pub mod turn;
pub mod upstream;
pub mod vocabulary;
pub mod waldur;
mod woken;
pub mod workers;
