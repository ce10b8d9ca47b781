//! The sink's certificate: the one that is configured, or a self-signed one made at every start.

use std::sync::Arc;

use tokio_rustls::{TlsAcceptor, rustls::pki_types::PrivatePkcs8KeyDer};

use crate::{
    Config,
    tls::{self, Identity, IdentityError},
};

/// The options that name the sink's certificate and key.
const OPTIONS: [&str; 2] = ["--smtp-cert", "--smtp-key"];

/// What is wrong with the sink's settings. The text names the option to change.
#[derive(Debug, thiserror::Error)]
pub enum SinkConfigError {
    /// The certificate or its key.
    #[error(transparent)]
    Identity(#[from] IdentityError),
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
    let identity = match &config.smtp_identity {
        Some((cert, key)) => tls::read(cert, key, OPTIONS)?,
        None => generate()?,
    };
    Ok(TlsAcceptor::from(Arc::new(tls::server(identity, OPTIONS)?)))
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
    use std::path::PathBuf;

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
