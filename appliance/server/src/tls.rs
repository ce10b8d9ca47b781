//! Certificates from files, for HTTPS and for the mail sink.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio_rustls::rustls::{
    self, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
};

/// What is wrong with a certificate or its key. The text names the option to change.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
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
    #[error("{option} {file} holds no certificate")]
    Empty {
        /// The option that names it.
        option: &'static str,
        /// The file.
        file: PathBuf,
    },
    /// Certificate and key do not fit together.
    #[error("{} and {} do not fit together: {source}", options[0], options[1])]
    Unfit {
        /// The options that name them.
        options: [&'static str; 2],
        /// What rustls says.
        source: rustls::Error,
    },
}

/// A certificate chain, leaf first, and its key.
pub type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads a chain and its key, PEM files; `options` name them in errors.
///
/// # Errors
/// [`IdentityError`].
pub fn read(cert: &Path, key: &Path, options: [&'static str; 2]) -> Result<Identity, IdentityError> {
    let wrong = |option, file: &Path| {
        let file = file.to_owned();
        move |source| IdentityError::Pem { option, file, source }
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(wrong(options[0], cert))?;
    if chain.is_empty() {
        return Err(IdentityError::Empty { option: options[0], file: cert.to_owned() });
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(wrong(options[1], key))?;
    Ok((chain, key))
}

/// How a server with this identity speaks TLS 1.2 and 1.3; `options` name it in errors.
///
/// # Errors
/// [`IdentityError::Unfit`].
pub fn server((chain, key): Identity, options: [&'static str; 2]) -> Result<ServerConfig, IdentityError> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|source| IdentityError::Unfit { options, source })
}
