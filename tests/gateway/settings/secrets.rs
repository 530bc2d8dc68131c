//! Secrets, in the settings or in files of their own.

use serde_json::json;

use super::{WALDUR, refused, run, variables, with};
use crate::gateway::Gateway;
use crate::temporary::TempFile;

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_file_opens_the_api_as_one_in_the_environment_does() {
    use onramp::sandbox::{Ports, Sandbox, leadconduit};

    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let secret = TempFile::new(&format!("{}\n", leadconduit::API_KEY));
    let base = sandbox.leadconduit().base_url();
    let given = [
        ("ONRAMP__LEADCONDUIT__BASE_URL", base.as_str()),
        ("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path()),
        ("ONRAMP__IDENTITY__MODE", "open"),
    ];
    let gateway = Gateway::start(&variables(&given));
    let expected = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(gateway.ask("{ account { name } }", json!({})).await, expected);
}

#[test]
fn a_secret_given_twice_or_in_a_file_that_is_not_there_is_refused() {
    let secret = TempFile::new("x");
    refused(
        &[("ONRAMP__LEADCONDUIT__API_KEY", "k"), ("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path())],
        &[],
        "setting leadconduit.api_key_file (ONRAMP__LEADCONDUIT__API_KEY_FILE): \
         cannot be given together with leadconduit.api_key",
    );
    refused(
        &[("ONRAMP__LEADCONDUIT__API_KEY_FILE", "/nowhere/key")],
        &[],
        "setting leadconduit.api_key_file (ONRAMP__LEADCONDUIT__API_KEY_FILE): \
         /nowhere/key: No such file or directory (os error 2)",
    );
}

#[test]
fn an_empty_secret_is_refused_and_does_not_bring_the_sandbox() {
    let settings = TempFile::new("[leadconduit]\napi_key = \"\"\n");
    refused(
        &[],
        &["--config", settings.path()],
        "setting leadconduit.api_key (ONRAMP__LEADCONDUIT__API_KEY): is empty",
    );
    let secret = TempFile::new(" \n");
    let complaint =
        format!("setting leadconduit.api_key_file (ONRAMP__LEADCONDUIT__API_KEY_FILE): {} is empty", secret.path());
    refused(&[("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path())], &[], &complaint);
}

#[test]
fn a_credential_that_cannot_be_sent_is_refused_and_not_shown() {
    let given = with(vec![WALDUR[0]], &[("ONRAMP__WALDUR__TOKEN", "s3cret\nx")]);
    let (code, _, complaint) = run(&given, &["check"]);
    assert_eq!(code, Some(1));
    let expected = "onramp: setting waldur.token (ONRAMP__WALDUR__TOKEN): the credential holds characters that cannot stand in an HTTP header\n";
    assert_eq!(complaint, expected);
}
