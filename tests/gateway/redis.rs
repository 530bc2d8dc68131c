//! A real Redis on a free port, without a file to keep anything in, and the replicas of a gateway around it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use onramp::sandbox::{Ports, Sandbox};
use serde_json::Value;

use crate::gateway::{Gateway, pointed_at};

/// Where Debian's package puts it.
const SERVER: &str = "/usr/bin/redis-server";

/// The server, where there is one. `make test` names it, and it has to be there then; a test without one says so and ends.
pub fn server() -> Option<String> {
    let named = std::env::var_os("ONRAMP_REDIS_SERVER").map(|named| named.into_string().unwrap());
    let server = named.clone().unwrap_or_else(|| SERVER.to_owned());
    let is_there = Path::new(&server).exists();
    assert!(is_there || named.is_none(), "ONRAMP_REDIS_SERVER names {server}, and it is not there");
    if !is_there {
        println!("skipped: there is no {server}; install Debian's package redis-server, or run make test");
    }
    is_there.then_some(server)
}

/// A Redis, stopped by its process id when this is dropped.
pub struct Redis {
    server: String,
    arguments: Vec<String>,
    port: u16,
    process: Option<Child>,
}

impl Redis {
    /// A Redis on a free port, where one can be had.
    pub fn start() -> Option<Self> {
        let server = server()?;
        // A port that is free now may be somebody else's before Redis has it.
        let started = (0..20).map(|_| free_port()).find_map(|port| {
            let arguments = vec!["--port".to_owned(), port.to_string()];
            let mut redis = Self { server: server.clone(), arguments, port, process: None };
            redis.listens().then_some(redis)
        });
        Some(started.expect("Redis does not listen"))
    }

    /// The same with these arguments, which have to name the port.
    pub fn start_with(port: u16, arguments: Vec<String>) -> Option<Self> {
        let mut redis = Self { server: server()?, arguments, port, process: None };
        redis.go_on();
        Some(redis)
    }

    /// What stands where a Redis was that somebody else holds now.
    pub fn none() -> Self {
        Self { server: String::new(), arguments: Vec::new(), port: 0, process: None }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Starts it, or starts it again with nothing of what it held.
    pub fn go_on(&mut self) {
        assert!(self.listens(), "Redis does not listen");
    }

    /// Starts it, and tells whether it has its port.
    fn listens(&mut self) -> bool {
        let mut command = Command::new(&self.server);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]).args(&self.arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let is_ready = log.any(|line| line.contains("Ready to accept connections"));
        self.process = Some(process);
        // Without a reader it would be held up once the pipe is full.
        std::thread::spawn(move || log.for_each(drop));
        is_ready
    }

    /// Sends it a signal by its name, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let order = format!("kill -{name} {}", self.process.as_ref().unwrap().id());
        assert!(Command::new("sh").args(["-c", &order]).status().unwrap().success());
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Asks it something by a connection of its own.
    pub fn ask<T: redis::FromRedisValue>(&self, command: &[&str]) -> T {
        let mut connection = redis::Client::open(self.url()).unwrap().get_connection().unwrap();
        let (name, arguments) = command.split_first().unwrap();
        redis::cmd(name).arg(arguments).query(&mut connection).unwrap()
    }

    /// The keys that it holds.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(&["KEYS", "*"]);
        keys.sort();
        keys
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Several gateways on one Redis in front of one sandbox.
pub struct Replicas {
    pub gateways: Vec<Gateway>,
    pub sandbox: Sandbox,
    pub redis: Redis,
}

impl Replicas {
    /// So many gateways with these settings besides; none where there is no Redis to be had.
    pub async fn start(count: usize, settings: &[(&str, &str)]) -> Option<Self> {
        let redis = Redis::start()?;
        let sandbox = Sandbox::start(Ports::free()).await.unwrap();
        let mut variables = pointed_at(&sandbox);
        variables.extend(at(&redis.url()));
        variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let gateways = (0..count).map(|_| Gateway::start(&variables)).collect();
        Some(Self { gateways, sandbox, redis })
    }

    /// Asks one of them; the whole response comes back.
    pub async fn ask(&self, replica: usize, query: &str) -> Value {
        self.gateways[replica].ask(query, serde_json::json!({})).await
    }
}

/// The settings that name a Redis. On a machine that does much else an answer may take its time.
pub fn at(url: &str) -> Vec<(String, String)> {
    [("URL", url), ("TIMEOUT_MS", "3000"), ("CONNECT_TIMEOUT_MS", "3000")]
        .map(|(key, value)| (format!("ONRAMP__REDIS__{key}"), value.to_owned()))
        .into()
}
