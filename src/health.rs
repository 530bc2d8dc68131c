//! The program's own question to a gateway that runs beside it, for containers that hold nothing else to ask with.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use onramp::config::{self, Server, Sources};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::banner;
use crate::startup::{Problem, sections};

/// Longer than a gateway takes that is of any use.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than the head of an answer and what readiness says.
const LARGEST_ANSWER: u64 = 64 * 1024;

/// Why a gateway is not well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwell {
    #[error("{0} gave no answer: {1}")]
    NoAnswer(SocketAddr, io::Error),
    #[error("{0} gave no answer in time")]
    Late(SocketAddr),
    #[error("{0} answered: {1}")]
    Answered(SocketAddr, String),
}

/// Asks the gateway that these settings are for whether it is `question`, which is `live` or `ready`.
pub(crate) async fn ask(file: Option<PathBuf>, question: &str) -> Result<(), Problem> {
    let server: Server = Sources::new(file).read(&sections())?.section("server")?;
    if server.listen.port() == 0 {
        return Err(config::unusable("server.listen", "has the port 0, which is another one at each start").into());
    }
    let address = reached(server.listen);
    let path = format!("/health/{question}");
    let answered = answer(address, server.tls_cert.as_deref(), &path);
    let answer = match tokio::time::timeout(PATIENCE, answered).await {
        Ok(answer) => answer?,
        Err(_) => return Err(Unwell::Late(address).into()),
    };
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        return banner::print(&format!("{question}\n"));
    }
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    Err(Unwell::Answered(address, format!("{status} {body}").trim_end().to_owned()).into())
}

/// Whoever listens on all addresses is reached on the loopback one.
fn reached(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listen
}

async fn answer(address: SocketAddr, certificate: Option<&Path>, path: &str) -> Result<String, Problem> {
    let lost = |error| Unwell::NoAnswer(address, error);
    let stream = TcpStream::connect(address).await.map_err(lost)?;
    let Some(certificate) = certificate else {
        return Ok(exchange(stream, path).await.map_err(lost)?);
    };
    let connector = TlsConnector::from(Arc::new(trusting(certificate)?));
    let stream = connector.connect(ServerName::IpAddress(address.ip().into()), stream).await.map_err(lost)?;
    Ok(exchange(stream, path).await.map_err(lost)?)
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    stream.take(LARGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A client that trusts this one certificate, whatever names it is for: it is the gateway's own, by its settings.
fn trusting(certificate: &Path) -> Result<ClientConfig, config::Error> {
    let unusable = |problem: &dyn std::fmt::Display| {
        config::unusable("server.tls_cert", format!("{}: {problem}", certificate.display()))
    };
    let own = CertificateDer::from_pem_file(certificate).map_err(|error| unusable(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unusable(&error))?.dangerous();
    Ok(builder.with_custom_certificate_verifier(Arc::new(Own { certificate: own, provider })).with_no_client_auth())
}

/// Takes the gateway's own certificate and no other.
#[derive(Debug)]
struct Own {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Own {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *shown == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
