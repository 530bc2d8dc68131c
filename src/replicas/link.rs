//! The connection to Redis, kept while Redis is there and made again when it is back.
//!
//! It is its own circuit breaker: one question without an answer in time takes the link down, and while it is down questions
//! fail without being asked. A task of its own brings it up again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use metrics::{gauge, histogram};
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, ScriptInvocation,
    ServerErrorKind,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, broadcast, watch};

use super::hearings::Hearings;
use super::keys::Keys;
use super::looks::Looks;
use super::settings::{Settings, WritesWithout};
use super::view::Epoch;
use super::{Change, scripts};
use crate::error::{Error, Uncoordinated};
use crate::telemetry::metric;

/// How soon it is tried again to make a connection, at first and at last.
const SOON: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_millis(500);
/// How long after a new era has begun a replica has to come and say that it knew another one.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked whether everything was told.
const GLANCE: Duration = Duration::from_millis(250);
/// Questions that wait to be sent.
const QUEUED: usize = 4096;
/// Changes that a slow listener may be behind.
const BEHIND: usize = 1024;

/// Something that Redis is asked.
pub(super) enum Question<'a> {
    Script(&'a ScriptInvocation<'a>),
    Command(&'a Cmd),
}

/// What replicas tell each other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum News {
    /// A write to this API begins.
    Began(String),
    /// A write to this API is over.
    Ended(String),
    Changed(Change),
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    from: String,
    news: News,
    /// The name under which it is to be said that they were heard, where that is of interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heard_as: Option<String>,
}

enum State {
    /// A connection is being made for the first time, or since a moment ago there was one.
    Joining,
    Up(MultiplexedConnection),
    Down,
}

/// The connection to Redis.
pub(super) struct Link {
    client: Client,
    pub(super) keys: Keys,
    /// What this replica is called.
    id: String,
    timeout: Duration,
    connect_timeout: Duration,
    /// How long what is held outlasts its holder.
    pub(super) lifetime: Duration,
    /// How long a write may be under way after it was said that it may be sent.
    longest: Duration,
    pub(super) writes_without: WritesWithout,
    state: watch::Sender<State>,
    broken: Notify,
    told: Notify,
    era: Mutex<String>,
    epochs: Mutex<Vec<(&'static str, Arc<Epoch>)>>,
    looks: Looks,
    pub(super) hearings: Arc<Hearings>,
    changes: broadcast::Sender<Change>,
}

impl Link {
    pub(super) fn new(client: Client, settings: &Settings, longest: Duration) -> Self {
        // A connection by TLS takes whatever the process does cryptography by.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut link = Self {
            client,
            keys: Keys::new(&settings.namespace.0),
            id: name(),
            timeout: settings.timeout(),
            connect_timeout: settings.connect_timeout(),
            lifetime: settings.lock(),
            longest: Duration::ZERO,
            writes_without: settings.writes_without,
            state: watch::Sender::new(State::Joining),
            broken: Notify::new(),
            told: Notify::new(),
            era: Mutex::default(),
            epochs: Mutex::default(),
            looks: Looks::default(),
            hearings: Arc::default(),
            changes: broadcast::Sender::new(BEHIND),
        };
        link.longest = link.cover(longest).max(link.lifetime);
        link
    }

    /// How long a lock has to hold yet when a write is to be sent that may take that long: to ask takes its time too.
    pub(super) fn cover(&self, within: Duration) -> Duration {
        within + self.timeout * 2 + Duration::from_secs(1)
    }

    /// Keeps the connection for as long as it is polled.
    pub(super) async fn keep(self: Arc<Self>) {
        let mut wait = SOON;
        loop {
            match tokio::time::timeout(self.connect_timeout + self.timeout, self.join()).await {
                Ok(Ok(news)) => {
                    wait = SOON;
                    self.follow(news).await;
                    self.state.send_replace(State::Joining);
                }
                Ok(Err(problem)) => self.miss(&problem.to_string()),
                Err(_) => self.miss("it does not answer in time"),
            }
            tokio::time::sleep(chance(wait)).await;
            wait = (wait * 2).min(LATE);
        }
    }

    /// Waits until it is known whether Redis is there.
    pub(super) async fn tried(&self) {
        let is_tried = |state: &State| !matches!(state, State::Joining);
        let mut state = self.state.subscribe();
        let _ = tokio::time::timeout(self.connect_timeout + self.timeout, state.wait_for(is_tried)).await;
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(*self.state.borrow(), State::Up(_))
    }

    /// Whether all news are known but those of the last second.
    pub(super) fn is_current(&self) -> bool {
        self.is_up() && self.looks.are_current()
    }

    /// Asks at once or not at all.
    pub(super) async fn ask<T: FromRedisValue>(&self, what: &'static str, question: Question<'_>) -> Result<T, Error> {
        let connection = match &*self.state.borrow() {
            State::Up(connection) => connection.clone(),
            State::Joining | State::Down => return Err(Uncoordinated::Down.into()),
        };
        self.ask_by(connection, what, question).await
    }

    /// The same for a write, which may wait for a connection that was there a moment ago.
    pub(super) async fn ask_for_write<T: FromRedisValue>(
        &self,
        what: &'static str,
        question: Question<'_>,
    ) -> Result<T, Error> {
        if matches!(*self.state.borrow(), State::Joining) {
            let mut state = self.state.subscribe();
            let is_tried = state.wait_for(|state| !matches!(state, State::Joining)).map(drop);
            let _ = tokio::time::timeout(self.timeout, is_tried).await;
        }
        self.ask(what, question).await
    }

    async fn ask_by<T: FromRedisValue>(
        &self,
        mut connection: MultiplexedConnection,
        what: &'static str,
        question: Question<'_>,
    ) -> Result<T, Error> {
        let start = Instant::now();
        let answered = tokio::time::timeout(self.timeout, async {
            match question {
                Question::Script(script) => script.invoke_async(&mut connection).await,
                Question::Command(command) => command.query_async(&mut connection).await,
            }
        });
        let answered = answered.await;
        let outcome = if matches!(answered, Ok(Ok(_))) { "ok" } else { "error" };
        histogram!(metric::REDIS_DURATION, "question" => what, "outcome" => outcome).record(start.elapsed());
        match answered {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(problem)) if !is_of_the_connection(&problem) => {
                tracing::warn!(question = what, %problem, "Redis did not do what it was asked");
            }
            _ => {
                tracing::debug!(question = what, "Redis did not answer");
                self.give_up();
            }
        }
        Err(Uncoordinated::Down.into())
    }

    /// Takes the link down, to be brought up anew.
    pub(super) fn give_up(&self) {
        let was_up = self.state.send_if_modified(|state| {
            let was_up = matches!(state, State::Up(_));
            if was_up {
                *state = State::Joining;
            }
            was_up
        });
        if was_up {
            self.broken.notify_one();
        }
    }

    /// Makes the connections, and learns whether Redis still holds what it held.
    async fn join(&self) -> RedisResult<PubSub> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(Some(self.timeout))
            .set_pipeline_buffer_size(QUEUED);
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let mut news = self.client.get_async_pubsub().await?;
        news.subscribe(&[self.keys.news(), self.keys.heard(&self.id)]).await?;
        let known = self.era().clone();
        let [longest, grace] = [self.longest, GRACE].map(in_milliseconds);
        let (mut question, offered) = (scripts::GREET.key(self.keys.era()), name());
        question.arg(&known).arg(&offered).arg(longest).arg(grace).arg(run_of(&mut connection).await);
        let era: String = question.invoke_async(&mut connection).await?;
        if !known.is_empty() && known != era {
            tracing::warn!("Redis has lost what it held; writes wait until those before have ended");
        }
        // What could not be said while Redis was away; and where it is another era, what Redis has kept on disk of answers
        // may be older than what it has lost.
        let is_new = era == offered || (!known.is_empty() && known != era);
        *self.era() = era;
        let doubted: Vec<_> = self.epochs().iter().filter(|(_, epoch)| is_new || epoch.is_doubted()).cloned().collect();
        self.make_old(&doubted).arg("").invoke_async::<()>(&mut connection).await?;
        doubted.iter().for_each(|(_, epoch)| epoch.doubt(false));
        // What was read while nothing could be heard may be old, and a write that nobody told of may be under way.
        self.looks.forget();
        self.epochs().iter().for_each(|(_, epoch)| epoch.end());
        let _ = self.broken.notified().now_or_never();
        self.state.send_replace(State::Up(connection));
        gauge!(metric::REDIS_UP).set(1.0);
        tracing::info!("Redis is reached");
        Ok(news)
    }

    fn miss(&self, problem: &str) {
        gauge!(metric::REDIS_UP).set(0.0);
        if matches!(self.state.send_replace(State::Down), State::Down) {
            return;
        }
        match self.writes_without {
            WritesWithout::Refuse => tracing::warn!(problem, "Redis cannot be reached: writes are refused"),
            WritesWithout::Local => {
                tracing::warn!(problem, "Redis cannot be reached: writes go on, kept apart from nobody else's");
            }
        }
    }

    /// Hears news until the connection is broken.
    async fn follow(self: &Arc<Self>, news: PubSub) {
        let (mut heard, of_news) = (news.into_on_message(), self.keys.news());
        let hearing = async {
            while let Some(message) = heard.next().await {
                if message.get_channel_name() == of_news {
                    self.hear(message.get_payload_bytes());
                } else {
                    self.hearings.note(&String::from_utf8_lossy(message.get_payload_bytes()));
                }
            }
        };
        tokio::select! {
            () = hearing => {}
            () = self.look_again_and_again() => {}
            () = self.broken.notified() => {}
        }
    }

    fn hear(self: &Arc<Self>, message: &[u8]) {
        // What another version says is not for this one.
        let Ok(Told { from, news, heard_as }) = serde_json::from_slice(message) else {
            return;
        };
        if from == self.id {
            heard_as.iter().for_each(|name| self.hearings.note(name));
            return;
        }
        self.learn(news);
        if let Some(name) = heard_as {
            let link = Arc::clone(self);
            let mut question = redis::cmd("PUBLISH");
            question.arg(self.keys.heard(&from)).arg(name);
            tokio::spawn(async move { link.ask::<()>("heard", Question::Command(&question)).await });
        }
    }

    fn learn(&self, news: News) {
        match news {
            News::Began(api) => self.each_epoch(&api, Epoch::begin_write),
            News::Ended(api) => {
                self.each_epoch(&api, Epoch::end);
                self.told.notify_one();
            }
            News::Changed(change) => drop(self.changes.send(change)),
        }
    }

    async fn look_again_and_again(&self) {
        loop {
            let look = self.looks.begin();
            let epochs = self.epochs().clone();
            let begun: Vec<u64> = epochs.iter().map(|(_, epoch)| epoch.begun()).collect();
            let mut question = scripts::LOOK.key(self.keys.era());
            for (api, _) in &epochs {
                question.key(self.keys.generation(api)).key(self.keys.writing(api));
            }
            let Ok((era, seen)) = self.ask::<(String, Vec<u64>)>("look", Question::Script(&question)).await else {
                return;
            };
            if era != *self.era() {
                return self.give_up();
            }
            for (((_, epoch), begun), seen) in epochs.iter().zip(begun).zip(seen.chunks_exact(2)) {
                if let [generation, under_way] = seen {
                    epoch.see(*generation, *under_way > 0, begun);
                }
            }
            self.looks.done(look);
            let _ = tokio::time::timeout(GLANCE, self.told.notified()).await;
        }
    }

    /// Tells the other replicas of a change of an API's, or of any's.
    pub(super) async fn tell(&self, change: Change, api: Option<&str>) {
        let is_meant = |(name, _): &&(&'static str, Arc<Epoch>)| api.is_none_or(|api| api == *name);
        let meant: Vec<_> = self.epochs().iter().filter(is_meant).cloned().collect();
        meant.iter().for_each(|(_, epoch)| epoch.doubt(true));
        let mut question = self.make_old(&meant);
        question.arg(self.told(News::Changed(change), None));
        if self.ask::<()>("tell", Question::Script(&question)).await.is_ok() {
            meant.iter().for_each(|(_, epoch)| epoch.doubt(false));
        }
    }

    /// Says that all that was kept may be old.
    pub(super) async fn make_all_old(&self) {
        let all = self.epochs().clone();
        all.iter().for_each(|(_, epoch)| epoch.doubt(true));
        let mut question = self.make_old(&all);
        question.arg("");
        if self.ask::<()>("tell", Question::Script(&question)).await.is_ok() {
            all.iter().for_each(|(_, epoch)| {
                epoch.doubt(false);
                epoch.end();
            });
        }
    }

    fn make_old(&self, apis: &[(&'static str, Arc<Epoch>)]) -> ScriptInvocation<'static> {
        let mut question = scripts::CHANGED.prepare_invoke();
        let generations: Vec<String> = apis.iter().map(|(api, _)| self.keys.generation(api)).collect();
        question.key(generations).arg(self.keys.news());
        question
    }

    /// News as they go over the wire; with a name, under which it is to be said that they were heard.
    pub(super) fn told(&self, news: News, heard_as: Option<&str>) -> String {
        let told = Told { from: self.id.clone(), news, heard_as: heard_as.map(str::to_owned) };
        serde_json::to_string(&told).unwrap_or_default()
    }

    pub(super) fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// What is known of the writes to an API.
    pub(super) fn epoch(&self, api: &'static str) -> Arc<Epoch> {
        let mut epochs = self.epochs();
        if let Some((_, epoch)) = epochs.iter().find(|(name, _)| *name == api) {
            return Arc::clone(epoch);
        }
        let epoch = Arc::default();
        epochs.push((api, Arc::clone(&epoch)));
        epoch
    }

    fn each_epoch(&self, api: &str, change: impl Fn(&Epoch)) {
        self.epochs().iter().filter(|(name, _)| *name == api).for_each(|(_, epoch)| change(epoch));
    }

    fn epochs(&self) -> std::sync::MutexGuard<'_, Vec<(&'static str, Arc<Epoch>)>> {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn era(&self) -> std::sync::MutexGuard<'_, String> {
        self.era.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether another connection may do better: this one is broken, or leads to a Redis that takes no writes any more.
fn is_of_the_connection(problem: &RedisError) -> bool {
    let takes_nothing = [ServerErrorKind::ReadOnly, ServerErrorKind::BusyLoading, ServerErrorKind::MasterDown];
    let is_elsewhere = takes_nothing.into_iter().any(|kind| problem.kind() == ErrorKind::Server(kind));
    is_elsewhere || problem.is_io_error() || problem.is_unrecoverable_error()
}

pub(super) fn in_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A name that nobody else has.
pub(super) fn name() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Between half of a time and the whole of it, so that those who wait for the same do not come all at once.
pub(super) fn chance(most: Duration) -> Duration {
    let share = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    most / 2 + most / 2 * share / 256
}

/// Which run of Redis it is that answers; nothing where it does not say.
async fn run_of(connection: &mut MultiplexedConnection) -> String {
    // Not everybody may ask for it.
    let told: String = redis::cmd("INFO").arg("server").query_async(connection).await.unwrap_or_default();
    told.lines().find_map(|line| line.strip_prefix("run_id:")).unwrap_or_default().trim().to_owned()
}
