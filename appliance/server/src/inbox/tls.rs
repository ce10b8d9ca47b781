//! The sink's certificate: the one that is configured, or a self-signed one made at every start.

use std::{path::PathBuf, sync::Arc};

use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem, pem::PemObject},
    },
};

use crate::Config;

/// What is wrong with the sink's settings. The text names the option to change.
#[derive(Debug, thiserror::Error)]
pub enum SinkConfigError {
    /// A file that cannot be read as PEM.
    #[error("cannot read {option} {file}: {source}. It must be a PEM file")]
    Pem {
        /// The option that names it.
        option: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// A certificate file without a certificate.
    #[error("--smtp-cert {0} holds no certificate")]
    NoCertificate(PathBuf),
    /// Certificate and key do not fit together.
    #[error("--smtp-cert and --smtp-key do not fit together: {0}")]
    Tls(#[from] rustls::Error),
    /// No certificate could be made.
    #[error("cannot make a certificate for the mail sink: {0}. Give one with --smtp-cert and --smtp-key")]
    Generate(#[from] rcgen::Error),
    /// A login without a colon.
    #[error("--smtp-login is not of the form name:password")]
    Login,
}

/// Checks the sink's settings; gives what answers STARTTLS.
///
/// # Errors
/// [`SinkConfigError`] names the option to change.
pub fn prepare(config: &Config) -> Result<TlsAcceptor, SinkConfigError> {
    if config.smtp_login.as_ref().is_some_and(|login| !login.contains(':')) {
        return Err(SinkConfigError::Login);
    }
    let (chain, key) = match &config.smtp_identity {
        Some((cert, key)) => read(cert, key)?,
        None => generate()?,
    };
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(server)))
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn read(cert: &PathBuf, key: &PathBuf) -> Result<Identity, SinkConfigError> {
    let wrong = |option, file: &PathBuf| {
        let file = file.clone();
        move |source| SinkConfigError::Pem { option, file, source }
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(wrong("--smtp-cert", cert))?;
    if chain.is_empty() {
        return Err(SinkConfigError::NoCertificate(cert.clone()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(wrong("--smtp-key", key))?;
    Ok((chain, key))
}

fn generate() -> Result<Identity, SinkConfigError> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let key = rcgen::KeyPair::generate()?;
    let cert = rcgen::CertificateParams::new(names)?.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((vec![cert.der().clone()], key.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(change: impl FnOnce(&mut Config)) -> String {
        let mut config = Config::new("unused");
        change(&mut config);
        prepare(&config).err().unwrap().to_string()
    }

    #[test]
    fn a_certificate_is_made_where_none_is_given() {
        assert!(prepare(&Config::new("unused")).is_ok());
    }

    #[test]
    fn what_is_wrong_names_its_option() {
        let dir = tempfile::tempdir().unwrap();
        let (empty, missing) = (dir.path().join("empty.pem"), dir.path().join("missing.pem"));
        std::fs::write(&empty, "").unwrap();
        let with = |cert: &PathBuf, key: &PathBuf| {
            failure(|config| config.smtp_identity = Some((cert.clone(), key.clone())))
        };
        assert!(with(&missing, &empty).contains("--smtp-cert"));
        assert!(with(&empty, &empty).contains("holds no certificate"));
        assert!(failure(|config| config.smtp_login = Some("secret".into())).contains("--smtp-login"));

        let (cert, key) = generate().unwrap();
        let pem = |label: &str, der: &[u8]| {
            let text = data_encoding::BASE64.encode(der);
            format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
        };
        let (cert_file, key_file) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        std::fs::write(&cert_file, pem("CERTIFICATE", &cert[0])).unwrap();
        std::fs::write(&key_file, pem("PRIVATE KEY", key.secret_der())).unwrap();
        let mut config = Config::new("unused");
        config.smtp_identity = Some((cert_file.clone(), key_file));
        assert!(prepare(&config).is_ok());
        assert!(with(&cert_file, &cert_file).contains("--smtp-key"));
        let (_, other) = generate().unwrap();
        std::fs::write(dir.path().join("other.pem"), pem("PRIVATE KEY", other.secret_der())).unwrap();
        assert!(with(&cert_file, &dir.path().join("other.pem")).contains("do not fit together"));
    }
}
