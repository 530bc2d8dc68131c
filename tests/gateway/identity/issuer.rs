//! An issuer of tokens, with keys that are nobody's else, and a place where its JWK set is published.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://issuer.example";
pub const AUDIENCE: &str = "onramp";

/// A key to sign with, and its id.
#[derive(Clone)]
pub struct Key {
    pub id: &'static str,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Key {
    /// A key for EdDSA, made from its number.
    pub fn ed25519(id: &'static str, number: u8) -> Self {
        let mut der = hex("302e020100300506032b657004220420");
        der.extend([number; 32]);
        Self { id, algorithm: Algorithm::EdDSA, key: EncodingKey::from_ed_der(&der) }
    }

    /// A key for ES256, made from its number.
    pub fn p256(id: &'static str, number: u8) -> Self {
        let mut der = hex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");
        der.extend([number; 32]);
        Self { id, algorithm: Algorithm::ES256, key: EncodingKey::from_ec_der(&der) }
    }

    /// A key for RS256, made for these tests and of no use elsewhere.
    pub fn rsa(id: &'static str) -> Self {
        let pem = include_bytes!("../../fixtures/identity/rsa.pem");
        Self { id, algorithm: Algorithm::RS256, key: EncodingKey::from_rsa_pem(pem).unwrap() }
    }

    /// The public part, as a JWK set holds it.
    pub fn public(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.to_owned());
        serde_json::to_value(jwk).unwrap()
    }

    /// A token of these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(self.algorithm) };
        encode(&header, claims, &self.key).unwrap()
    }

    /// The same without the key's id.
    pub fn sign_without_id(&self, claims: &Value) -> String {
        encode(&Header::new(self.algorithm), claims, &self.key).unwrap()
    }
}

/// What a good token says, of a caller with the profile `reader`.
pub fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "kertu", "exp": soon(3600), "onramp_profile": "reader" })
}

/// The same with other members; what is null is left out.
pub fn claims_with(others: Value) -> Value {
    let mut claims = claims();
    for (name, value) in others.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// The time in so many seconds.
pub fn soon(seconds: i64) -> i64 {
    i64::try_from(get_current_timestamp()).unwrap() + seconds
}

/// A token that is signed by a secret that everybody knows, or by nothing.
pub fn forged(algorithm: &str, key: &Key, secret: Option<&[u8]>) -> String {
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed =
        format!("{}.{}", encoded(&json!({ "alg": algorithm, "typ": "JWT", "kid": key.id })), encoded(&claims()));
    let signature = secret.map_or_else(String::new, |secret| {
        let key = EncodingKey::from_secret(secret);
        jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256).unwrap()
    });
    format!("{signed}.{signature}")
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// A JWK set of these keys.
pub fn set(keys: &[&Key]) -> String {
    json!({ "keys": keys.iter().map(|key| key.public()).collect::<Vec<_>>() }).to_string()
}

/// Where a JWK set is published: what it answers, and how often it was asked.
#[derive(Clone)]
pub struct Published {
    state: Arc<Mutex<(u16, String, usize)>>,
    pub url: String,
}

impl Published {
    pub async fn new(keys: &[&Key]) -> Self {
        let state = Arc::new(Mutex::new((200, set(keys), 0)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let router = Router::new().route("/jwks.json", get(answer)).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, url }
    }

    pub fn publish(&self, status: u16, keys: &[&Key]) {
        let mut state = self.state.lock().unwrap();
        (state.0, state.1) = (status, set(keys));
    }

    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().2
    }
}

async fn answer(State(state): State<Arc<Mutex<(u16, String, usize)>>>) -> (StatusCode, String) {
    let mut state = state.lock().unwrap();
    state.2 += 1;
    (StatusCode::from_u16(state.0).unwrap(), state.1.clone())
}
