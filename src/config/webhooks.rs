//! What an operator may set about pushes that come in.

use axum::http::HeaderName;
use secrecy::SecretString;
use serde::Deserialize;

use crate::setting::Setting;

/// The keys of the section `webhooks`.
pub const WEBHOOKS: &[Setting] = &[
    Setting::secret(
        "leads_secret",
        "What every push of a lead carries in its header. `POST /webhooks/leads` is there where this is set.",
    ),
    Setting::new("leads_header", "x-webhook-secret", "The header in which a push of a lead carries its secret."),
    Setting::new("max_body_bytes", "1048576", "Largest body of a push that is taken, in bytes."),
];

/// The values of [`WEBHOOKS`].
#[derive(Debug, Clone, Deserialize)]
pub struct Webhooks {
    /// What a push of a lead carries.
    pub leads_secret: Option<SecretString>,
    /// The header in which it does.
    pub leads_header: Header,
    /// Largest body that is taken, in bytes.
    pub max_body_bytes: std::num::NonZeroUsize,
}

/// The name of a header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Header(pub HeaderName);

impl TryFrom<String> for Header {
    type Error = String;

    fn try_from(given: String) -> Result<Self, String> {
        given.parse().map(Self).map_err(|_| format!("found {given:?}, expected the name of a header"))
    }
}
