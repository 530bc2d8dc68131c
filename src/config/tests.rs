use serde::Deserialize;

use super::{Section, Settings, Sources};
use crate::setting::Setting;

fn sections() -> Vec<Section> {
    let settings = vec![
        Setting::new("timeout_ms", "5000", "A number."),
        Setting::optional("base_url", "An address."),
        Setting::secret("api_key", "A secret."),
    ];
    vec![Section { name: "api", settings }]
}

#[derive(Debug, Deserialize)]
struct Api {
    timeout_ms: u64,
    base_url: url::Url,
    api_key: String,
}

fn read(variables: &[(&str, &str)]) -> Result<Settings, super::Error> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sources::new(None).with_environment(variables).read(&sections())
}

fn api(variables: &[(&str, &str)]) -> Result<Api, String> {
    read(variables).and_then(|settings| settings.section("api")).map_err(|error| error.to_string())
}

#[test]
fn the_environment_overrides_defaults_and_numbers_are_read_from_it() {
    let api = api(&[
        ("ONRAMP__API__BASE_URL", "https://example.com"),
        ("ONRAMP__API__API_KEY", "12345"),
        ("ONRAMP__API__TIMEOUT_MS", "250"),
        ("UNRELATED", "x"),
    ]);
    let api = api.unwrap();
    assert_eq!((api.timeout_ms, api.base_url.as_str(), api.api_key.as_str()), (250, "https://example.com/", "12345"));
}

#[test]
fn an_unknown_key_is_named() {
    let error = api(&[("ONRAMP__API__BASEURL", "x")]).unwrap_err();
    assert_eq!(error, "setting api.baseurl is unknown; known here are timeout_ms, base_url, api_key");
    let error = api(&[("ONRAMP__APPI__BASE_URL", "x")]).unwrap_err();
    assert_eq!(error, "setting appi is unknown; known here are api");
}

#[test]
fn a_bad_value_and_a_missing_one_are_named_with_what_was_expected() {
    let given = [("ONRAMP__API__BASE_URL", "https://example.com"), ("ONRAMP__API__API_KEY", "k")];
    let mut bad = given.to_vec();
    bad.push(("ONRAMP__API__TIMEOUT_MS", "soon"));
    let error = api(&bad).unwrap_err();
    assert_eq!(
        error,
        "setting api.timeout_ms (ONRAMP__API__TIMEOUT_MS): found string \"soon\", expected a whole number that is not negative"
    );
    let error = api(&[given[1]]).unwrap_err();
    assert_eq!(error, "setting api.base_url (ONRAMP__API__BASE_URL): is missing");
    let error = api(&[("ONRAMP__API__BASE_URL", "nowhere"), given[1]]).unwrap_err();
    assert!(error.starts_with("setting api.base_url (ONRAMP__API__BASE_URL): "), "{error}");
}

#[test]
fn a_secret_may_stand_in_a_file_and_is_never_shown() {
    let file = std::env::temp_dir().join(format!("onramp-secret-{}", std::process::id()));
    std::fs::write(&file, "s3cret\n").unwrap();
    let path = file.to_str().unwrap();
    let given = [("ONRAMP__API__BASE_URL", "https://example.com"), ("ONRAMP__API__API_KEY_FILE", path)];
    assert_eq!(api(&given).unwrap().api_key, "s3cret");
    let settings = read(&given).unwrap();
    let shown = settings.shown("api", &sections()[0].settings[2]);
    assert_eq!(shown.as_deref(), Some("(set)"));
    let both = [given[0], given[1], ("ONRAMP__API__API_KEY", "k")];
    let error = api(&both).unwrap_err();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(
        error,
        "setting api.api_key_file (ONRAMP__API__API_KEY_FILE): cannot be given together with api.api_key"
    );
}

#[test]
fn a_blank_secret_is_refused_and_blank_text_is_not_given() {
    let error = read(&[("ONRAMP__API__API_KEY", "  ")]).unwrap_err().to_string();
    assert_eq!(error, "setting api.api_key (ONRAMP__API__API_KEY): is empty");
    let error = read(&[("ONRAMP__API__API_KEY_FILE", " ")]).unwrap_err().to_string();
    assert_eq!(error, "setting api.api_key_file (ONRAMP__API__API_KEY_FILE): is empty");
    assert!(!read(&[("ONRAMP__API__BASE_URL", " ")]).unwrap().has("api", "base_url"));
}

#[test]
fn a_file_that_gives_its_text_only_once_is_refused() {
    let error = Sources::new(Some("/dev/null".into())).read(&sections()).unwrap_err().to_string();
    assert!(error.contains("/dev/null") && error.contains("no regular file"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Sources::new(Some("/nowhere/onramp.toml".into())).read(&sections()).unwrap_err().to_string();
    assert!(error.starts_with("settings file /nowhere/onramp.toml: "), "{error}");
}
