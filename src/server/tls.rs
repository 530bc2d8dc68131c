//! HTTPS: from the files of a certificate and its key to what shakes hands.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::{self, Server, unusable};

/// The protocols that are offered, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// What accepts TLS connections; none where the settings name no certificate.
pub(super) fn acceptor(settings: &Server) -> Result<Option<TlsAcceptor>, config::Error> {
    match (&settings.tls_cert, &settings.tls_key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => configured(certificate, key).map(|config| Some(Arc::new(config).into())),
        (Some(_), None) => Err(unusable("server.tls_key", "is missing, and server.tls_cert is of no use without it")),
        (None, Some(_)) => Err(unusable("server.tls_cert", "is missing, and server.tls_key is of no use without it")),
    }
}

fn configured(certificate: &Path, key: &Path) -> Result<ServerConfig, config::Error> {
    let chain = chain(certificate)?;
    let of_key = |problem: &dyn std::fmt::Display| unusable("server.tls_key", format!("{}: {problem}", key.display()));
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| of_key(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unusable("server.tls_cert", error))?.with_no_client_auth();
    let mut config = builder.with_single_cert(chain, key).map_err(|error| of_key(&error))?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, config::Error> {
    let problem =
        |problem: &dyn std::fmt::Display| unusable("server.tls_cert", format!("{}: {problem}", file.display()));
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| problem(&error))?;
    let chain = certificates.collect::<Result<Vec<_>, _>>().map_err(|error| problem(&error))?;
    if chain.is_empty() { Err(problem(&"holds no certificate")) } else { Ok(chain) }
}
