//! HTTPS by a certificate that the settings name, over both versions of HTTP, and a new one without a restart.

use std::time::Duration;

use onramp::sandbox::{Ports, Sandbox};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::gateway::{Gateway, command, pointed_at, until};
use crate::temporary::TempFile;

/// A certificate of its own issuing, with its key, in files.
struct Pair {
    certificate: TempFile,
    key: TempFile,
}

fn issue() -> (String, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}

impl Pair {
    fn new() -> Self {
        let (certificate, key) = issue();
        Self { certificate: TempFile::new(&certificate), key: TempFile::new(&key) }
    }

    fn settings(&self) -> [(String, String); 2] {
        [
            ("ONRAMP__SERVER__TLS_CERT".to_owned(), self.certificate.path().to_owned()),
            ("ONRAMP__SERVER__TLS_KEY".to_owned(), self.key.path().to_owned()),
        ]
    }

    /// A client that trusts this certificate and no other.
    fn client(&self) -> reqwest::ClientBuilder {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let trusted = Certificate::from_pem(&std::fs::read(&self.certificate).unwrap()).unwrap();
        Client::builder().tls_certs_only([trusted])
    }
}

async fn start(pair: &Pair, more: &[(&str, &str)]) -> (Sandbox, Gateway) {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    variables.extend(pair.settings());
    variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let gateway = Gateway::start(&variables);
    (sandbox, gateway)
}

async fn ask(client: &Client, gateway: &Gateway) -> Result<(Version, Value), reqwest::Error> {
    let body = json!({ "query": "{ account { name } }" });
    let response = client.post(format!("{}/graphql", gateway.base_url)).json(&body).send().await?;
    Ok((response.version(), response.json().await?))
}

fn account() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_are_served_over_tls_and_the_banner_says_so() {
    let pair = Pair::new();
    let (_sandbox, gateway) = start(&pair, &[]).await;
    assert!(gateway.base_url.starts_with("https://127.0.0.1:"), "{}", gateway.banner);
    let newer = pair.client().build().unwrap();
    assert_eq!(ask(&newer, &gateway).await.unwrap(), (Version::HTTP_2, account()));
    let older = pair.client().http1_only().build().unwrap();
    assert_eq!(ask(&older, &gateway).await.unwrap(), (Version::HTTP_11, account()));
    let plain = gateway.base_url.replace("https", "http");
    assert!(older.get(format!("{plain}/health/live")).send().await.is_err(), "it was served in the clear");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_come_holds_nobody_else_up() {
    let pair = Pair::new();
    let (_sandbox, gateway) = start(&pair, &[]).await;
    let mut silent = TcpStream::connect(gateway.base_url.trim_start_matches("https://")).await.unwrap();
    silent.write_all(&[22, 3, 1]).await.unwrap();
    assert_eq!(ask(&pair.client().build().unwrap(), &gateway).await.unwrap().1, account());
    let end = tokio::time::timeout(Duration::from_secs(30), silent.read(&mut [0; 8])).await;
    assert!(end.is_ok(), "a handshake may take for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_shown_without_a_restart() {
    let pair = Pair::new();
    let (_sandbox, gateway) = start(&pair, &[("ONRAMP__SERVER__RELOAD_INTERVAL_MS", "20")]).await;
    let old = pair.client().build().unwrap();
    let (certificate, key) = issue();
    pair.certificate.replace(&certificate);
    // Between the two files the pair does not fit, and the old one stays.
    until("the half of a pair", || gateway.log().contains("the old ones stay in force")).await;
    assert!(gateway.log().contains("setting server.tls_key (ONRAMP__SERVER__TLS_KEY): "), "{}", gateway.log());
    assert_eq!(ask(&old, &gateway).await.unwrap().1, account());
    pair.key.replace(&key);
    until("the new pair", || gateway.log().contains("are in force")).await;
    assert_eq!(ask(&pair.client().build().unwrap(), &gateway).await.unwrap().1, account());
}

#[test]
fn a_pair_that_cannot_be_used_stops_the_start_by_its_setting() {
    let (pair, other) = (Pair::new(), Pair::new());
    let nothing = TempFile::new("no certificate\n");
    let (certificate, key) = (pair.certificate.path(), pair.key.path());
    let nowhere = "/nowhere/pair.pem";
    let empty = nothing.path();
    let cases = [
        ([Some(certificate), None], "tls_key", "is missing, and server.tls_cert is of no use without it".to_owned()),
        ([None, Some(key)], "tls_cert", "is missing, and server.tls_key is of no use without it".to_owned()),
        ([Some(nowhere), Some(key)], "tls_cert", format!("{nowhere}: ")),
        ([Some(certificate), Some(nowhere)], "tls_key", format!("{nowhere}: ")),
        ([Some(empty), Some(key)], "tls_cert", format!("{empty}: holds no certificate")),
        ([Some(certificate), Some(empty)], "tls_key", format!("{empty}: ")),
        ([Some(certificate), Some(other.key.path())], "tls_key", format!("{}: ", other.key.path())),
    ];
    for ([certificate, key], setting, problem) in cases {
        let given = [("ONRAMP__SERVER__TLS_CERT", certificate), ("ONRAMP__SERVER__TLS_KEY", key)];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        let given: Vec<(String, String)> = given.collect();
        for arguments in ["serve", "check"] {
            let output = command(&given).arg(arguments).output().unwrap();
            let complaint = String::from_utf8(output.stderr).unwrap();
            let variable = format!("ONRAMP__SERVER__{}", setting.to_uppercase());
            let expected = format!("onramp: setting server.{setting} ({variable}): {problem}");
            assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{complaint}");
            assert!(complaint.starts_with(&expected), "{complaint}\n{expected}");
        }
    }
}
