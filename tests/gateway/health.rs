//! `onramp health`: the program asks a gateway beside it how it is, over HTTP or HTTPS, by that gateway's own settings.

use std::net::TcpListener;
use std::process::Output;

use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::gateway::{Gateway, command, until};
use crate::temporary::TempFile;

/// What `onramp health` says about who listens there.
fn health(address: &str, settings: &[(String, String)], arguments: &[&str]) -> (bool, String) {
    let mut command = command(settings);
    command.env("ONRAMP__SERVER__LISTEN", address).arg("health").args(arguments);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let said = if status.success() { stdout } else { stderr };
    (status.success(), String::from_utf8(said).unwrap())
}

fn address(gateway: &Gateway) -> &str {
    gateway.base_url.split_once("://").unwrap().1
}

/// A certificate and its key in files, and the settings that name them.
fn certificate() -> ([TempFile; 2], [(String, String); 2]) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["gateway.example".to_owned()]).unwrap();
    let files = [cert.pem(), signing_key.serialize_pem()].map(|content| TempFile::new(&content));
    let [certificate, key] = files.each_ref().map(|file| file.path().to_owned());
    (files, [("ONRAMP__SERVER__TLS_CERT".to_owned(), certificate), ("ONRAMP__SERVER__TLS_KEY".to_owned(), key)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_ends_is_live_and_not_ready() {
    let gateway = Gateway::start(&[("ONRAMP__SERVER__DRAIN_DELAY_MS".to_owned(), "60000".to_owned())]);
    let address = address(&gateway);
    assert_eq!(health(address, &[], &[]), (true, "live\n".to_owned()));
    assert_eq!(health(address, &[], &["--ready"]), (true, "ready\n".to_owned()));
    // On all addresses it listens on this one too.
    let anywhere = address.replace("127.0.0.1", "0.0.0.0");
    assert_eq!(health(&anywhere, &[], &["--ready"]), (true, "ready\n".to_owned()));
    gateway.signal("TERM");
    let problem = format!(
        "onramp: {address} answered: HTTP/1.1 503 Service Unavailable {{\"ready\":false,\"reason\":\"DRAINING\"}}\n"
    );
    until("the end", || health(address, &[], &["--ready"]) == (false, problem.clone())).await;
    assert_eq!(health(address, &[], &[]), (true, "live\n".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_the_gateways_own_certificate_is_trusted_and_no_other() {
    let (_files, settings) = certificate();
    let gateway = Gateway::start(&settings);
    assert_eq!(health(address(&gateway), &settings, &["--ready"]), (true, "ready\n".to_owned()));
    let (_others, settings) = certificate();
    let (is_well, said) = health(address(&gateway), &settings, &[]);
    assert!(!is_well && said.contains("invalid peer certificate"), "{said}");
}

#[test]
fn where_nobody_listens_the_address_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let (is_well, said) = health(&address, &[], &[]);
    assert!(!is_well && said.starts_with(&format!("onramp: {address} gave no answer: ")), "{said}");
    let (is_well, said) = health("127.0.0.1:0", &[], &[]);
    let problem =
        "onramp: setting server.listen (ONRAMP__SERVER__LISTEN): has the port 0, which is another one at each start\n";
    assert_eq!((is_well, said.as_str()), (false, problem));
}
