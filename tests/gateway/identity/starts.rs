//! What stops a start for the sake of who would be let in.

use onramp::identity::digest;

use super::for_tokens;
use super::issuer::{Key, set};
use crate::gateway::command;
use crate::temporary::TempFile;

/// How a start with these settings ends, in front of a real API.
fn complaint(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let real = [("ONRAMP__LEADCONDUIT__API_KEY", "k")];
    let variables = settings.iter().chain(&real).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let output = command(&variables.collect::<Vec<_>>()).arg("check").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn refused(settings: &[(&str, &str)], key: &str, problem: &str) {
    let variable = format!("ONRAMP__{}", key.replace('.', "__").to_uppercase());
    let expected = (Some(1), format!("onramp: setting {key} ({variable}): {problem}\n"));
    assert_eq!(complaint(settings), expected, "{settings:?}");
}

#[test]
fn in_front_of_a_real_api_nobody_is_let_in_by_an_oversight() {
    let problem =
        "is missing, and leadconduit is a real API: say \"api_key\" or \"jwt\", or \"open\" to let in whoever comes";
    refused(&[], "identity.mode", problem);
    assert_eq!(complaint(&[("ONRAMP__IDENTITY__MODE", "open")]), (Some(0), String::new()));
}

#[test]
fn a_wrong_setting_of_identity_or_of_a_profile_stops_the_start() {
    let open = ("ONRAMP__IDENTITY__MODE", "open");
    let one = digest(b"one");
    let reader = ("ONRAMP__PROFILES__A__RIGHTS", "leads:read");
    refused(
        &[("ONRAMP__IDENTITY__MODE", "none")],
        "identity.mode",
        "found \"none\", expected \"open\", \"api_key\" or \"jwt\"",
    );
    refused(
        &[("ONRAMP__IDENTITY__MODE", "api_key"), reader],
        "identity.mode",
        "is \"api_key\", and no profile has api_keys",
    );
    refused(
        &[open, ("ONRAMP__IDENTITY__DEFAULT_PROFILE", "x")],
        "identity.default_profile",
        "found \"x\", which is no profile",
    );
    refused(
        &[open, ("ONRAMP__PROFILES__A__API_KEYS", &one)],
        "profiles.a.rights",
        "is missing: a profile has at least one right",
    );
    let rights = "onboards:read, account:read, onboards:write, account:write, verifications:read, verifications:sensitive, \
                  verifications:write, leads:read, leads:write, explain";
    let problem = format!("found \"leads:delete\", which is none of {rights}");
    refused(&[open, ("ONRAMP__PROFILES__A__RIGHTS", "leads:read,leads:delete")], "profiles.a.rights", &problem);
    refused(
        &[open, reader, ("ONRAMP__PROFILES__A__API_KEYS", "key")],
        "profiles.a.api_keys",
        "expected SHA-256 digests of 64 hexadecimal digits",
    );
    let (code, said) = complaint(&[open, reader, ("ONRAMP__PROFILES__A__RIGHT", "x")]);
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("onramp: setting profiles.a.right is unknown; known here are rights, api_keys, "),
        "{said}"
    );
    refused(&[open, ("ONRAMP__PROFILES", "x")], "profiles", "is a section, and was given a value of its own");
}

#[test]
fn half_a_credential_of_a_profile_or_a_header_that_is_none_stops_the_start() {
    let open = ("ONRAMP__IDENTITY__MODE", "open");
    let reader = ("ONRAMP__PROFILES__A__RIGHTS", "leads:read");
    let both = [
        open,
        reader,
        ("ONRAMP__PROFILES__A__WALDUR_TOKEN", "t"),
        ("ONRAMP__PROFILES__A__WALDUR_TOKEN_HEADER", "x-t"),
        ("ONRAMP__WALDUR__BASE_URL", "http://127.0.0.1:9"),
    ];
    refused(&both, "profiles.a.waldur_token_header", "cannot be given together with profiles.a.waldur_token");
    let half = [
        open,
        reader,
        ("ONRAMP__PROFILES__A__CONNECT_API_KEY", "k"),
        ("ONRAMP__CONNECT__BASE_URL", "http://127.0.0.1:9"),
    ];
    refused(
        &half,
        "profiles.a.connect_partner_route",
        "is missing, and the rest of the credential is of no use without it",
    );
    let own = [open, reader, ("ONRAMP__PROFILES__A__LEADCONDUIT_API_KEY_HEADER", "Authorization")];
    refused(&own, "profiles.a.leadconduit_api_key_header", "authorization is the caller's own, and is never passed on");
    let no_header = [open, reader, ("ONRAMP__PROFILES__A__LEADCONDUIT_API_KEY_HEADER", "x y")];
    refused(&no_header, "profiles.a.leadconduit_api_key_header", "found \"x y\", expected the name of a header");
}

#[test]
fn tokens_are_not_taken_without_all_that_it_takes_to_check_them() {
    let key = Key::ed25519("e", 1);
    let (good, empty, broken) = (TempFile::new(&set(&[&key])), TempFile::new("{\"keys\": []}"), TempFile::new("keys"));
    let said = |more: &[(&str, &str)]| {
        let file = [("ONRAMP__IDENTITY__JWKS_FILE", good.path())];
        complaint(&[&for_tokens(&file), more].concat()).1
    };
    assert_eq!(said(&[]), "");
    let cases = [
        (("ONRAMP__IDENTITY__ISSUER", ""), "issuer", "is missing, and no token is checked without it".to_owned()),
        (("ONRAMP__IDENTITY__AUDIENCE", ""), "audience", "is missing, and no token is checked without it".to_owned()),
        (("ONRAMP__IDENTITY__JWKS_FILE", ""), "jwks_url", "is missing, and so is identity.jwks_file".to_owned()),
        (
            ("ONRAMP__IDENTITY__JWKS_FILE", "/nowhere/jwks.json"),
            "jwks_file",
            "/nowhere/jwks.json: No such file or directory (os error 2)".to_owned(),
        ),
        (
            ("ONRAMP__IDENTITY__JWKS_FILE", empty.path()),
            "jwks_file",
            format!("{}: holds no key of the algorithms that are accepted", empty.path()),
        ),
        (
            ("ONRAMP__IDENTITY__JWKS_FILE", broken.path()),
            "jwks_file",
            format!("{}: is no JWK set: expected value at line 1 column 1", broken.path()),
        ),
        (
            ("ONRAMP__IDENTITY__JWKS_URL", "https://issuer.example/keys"),
            "jwks_url",
            "cannot be given together with identity.jwks_file".to_owned(),
        ),
        (
            ("ONRAMP__IDENTITY__ALGORITHMS", "HS256"),
            "algorithms",
            "found \"HS256\", which is no signature by a public key that is known here".to_owned(),
        ),
        (
            ("ONRAMP__IDENTITY__ALGORITHMS", "RS256,none"),
            "algorithms",
            "found \"none\", which is no signature by a public key that is known here".to_owned(),
        ),
    ];
    for (setting, key, problem) in cases {
        let variable = format!("ONRAMP__IDENTITY__{}", key.to_uppercase());
        assert_eq!(said(&[setting]), format!("onramp: setting identity.{key} ({variable}): {problem}\n"));
    }
    let in_the_clear =
        [("ONRAMP__IDENTITY__JWKS_FILE", ""), ("ONRAMP__IDENTITY__JWKS_URL", "http://issuer.example/keys")];
    let problem = "expected an address that begins with https://";
    assert_eq!(
        said(&in_the_clear),
        format!("onramp: setting identity.jwks_url (ONRAMP__IDENTITY__JWKS_URL): {problem}\n")
    );
}
