//! The few calls of the REST API that a device makes.

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    Problem,
    activation::{Redeem, Redeemed},
    device::{NewDevice, PhoneSettings, SettingsHeld},
    pairing::{NewPairing, Pairing},
    push::{NewSubscription, PushKey},
};
use pocketkey_link::{identity::DeviceKeys, proof};
use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE},
};
use serde::{Serialize, de::DeserializeOwned};

/// A client of one appliance.
#[derive(Debug, Clone)]
pub struct Rest {
    http: reqwest::Client,
    server: String,
    /// The session's cookie, once [`Rest::enter`] has one.
    cookie: Option<HeaderValue>,
}

/// A call that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// The appliance says no, and why.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// The appliance cannot be reached.
    #[error("cannot reach {server}: {reason}")]
    Unreachable {
        /// The address tried.
        server: String,
        /// The innermost reason, for example "connection refused".
        reason: String,
    },
    /// Something answers there that is not the appliance.
    #[error("{server} answers ({status}), but not as a Pocketkey appliance does; check the address")]
    NotAnAppliance {
        /// The address tried.
        server: String,
        /// The HTTP status it gave.
        status: u16,
    },
}

impl Rest {
    /// A client of the appliance at `server`, for example `https://keys.example.org`.
    pub fn new(server: &str) -> Self {
        Self { http: reqwest::Client::new(), server: server.trim_end_matches('/').to_owned(), cookie: None }
    }

    /// The appliance's address, without a trailing slash.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The phone redeems an activation code.
    ///
    /// # Errors
    /// [`RestError::Refused`] with the code's state, or [`RestError::Unreachable`].
    pub async fn redeem(&self, redeem: &Redeem) -> Result<Redeemed, RestError> {
        self.post("/api/v1/activations/redeem", redeem).await
    }

    /// A computer asks to be paired.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn new_pairing(&self, computer: NewDevice) -> Result<Pairing, RestError> {
        self.post("/api/v1/pairings", &NewPairing { computer }).await
    }

    /// The appliance's key at push services.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn push_key(&self) -> Result<PushKey, RestError> {
        self.get("/api/v1/push/key").await
    }

    /// A phone says where it is called when it is away.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn subscribe(&self, device: &str, new: &NewSubscription) -> Result<(), RestError> {
        let request = self.request(Method::PUT, &format!("/api/v1/devices/{device}/push"));
        self.send(request.json(new)).await.map(drop)
    }

    /// A phone says which settings it has; gives those that it is to obey instead, if any.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn settings(
        &self,
        device: &str,
        held: &SettingsHeld,
    ) -> Result<Option<PhoneSettings>, RestError> {
        let request = self.request(Method::PUT, &format!("/api/v1/devices/{device}/settings"));
        let (status, _, body) = self.send(request.json(held)).await?;
        if status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        serde_json::from_slice(&body).map(Some).map_err(|_| self.not_an_appliance(status))
    }

    /// Signs in (or sets up) with a POST, and keeps the session for later calls. Gives the `Set-Cookie` line, which a
    /// browser may be handed.
    ///
    /// # Errors
    /// [`RestError`]; also if the appliance gives no session.
    pub async fn enter<A: Serialize>(&mut self, path: &str, body: &A) -> Result<HeaderValue, RestError> {
        let (status, headers, _) = self.send(self.request(Method::POST, path).json(body)).await?;
        let line = headers.get(SET_COOKIE).cloned().ok_or_else(|| self.not_an_appliance(status))?;
        let pair = line.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        self.cookie = HeaderValue::from_bytes(pair).ok();
        Ok(line)
    }

    /// Any other POST.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn post<A: Serialize, B: DeserializeOwned>(
        &self,
        path: &str,
        body: &A,
    ) -> Result<B, RestError> {
        let (status, _, body) = self.send(self.request(Method::POST, path).json(body)).await?;
        serde_json::from_slice(&body).map_err(|_| self.not_an_appliance(status))
    }

    /// Any GET.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn get<B: DeserializeOwned>(&self, path: &str) -> Result<B, RestError> {
        let (status, _, body) = self.send(self.request(Method::GET, path)).await?;
        serde_json::from_slice(&body).map_err(|_| self.not_an_appliance(status))
    }

    /// Any PUT.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn put<A: Serialize, B: DeserializeOwned>(&self, path: &str, body: &A) -> Result<B, RestError> {
        let (status, _, body) = self.send(self.request(Method::PUT, path).json(body)).await?;
        serde_json::from_slice(&body).map_err(|_| self.not_an_appliance(status))
    }

    /// Any DELETE.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn delete(&self, path: &str) -> Result<(), RestError> {
        self.send(self.request(Method::DELETE, path)).await.map(|_| ())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.server));
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<(StatusCode, HeaderMap, Vec<u8>), RestError> {
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        if status.is_success() {
            return Ok((status, headers, body.to_vec()));
        }
        match serde_json::from_slice(&body) {
            Ok(problem) => Err(RestError::Refused(Box::new(problem))),
            Err(_) => Err(self.not_an_appliance(status)),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> RestError {
        let mut innermost: &dyn std::error::Error = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        RestError::Unreachable { server: self.server.clone(), reason: innermost.to_string() }
    }

    fn not_an_appliance(&self, status: StatusCode) -> RestError {
        RestError::NotAnAppliance { server: self.server.clone(), status: status.as_u16() }
    }
}

/// A device's introduction of itself, with the proof that its keys are its own.
pub fn introduce(keys: &DeviceKeys, name: &str, model: &str, os: &str) -> NewDevice {
    let public = keys.public();
    NewDevice {
        name: name.to_owned(),
        model: model.to_owned(),
        os: os.to_owned(),
        sign_key: BASE64URL_NOPAD.encode(&public.sign),
        channel_key: BASE64URL_NOPAD.encode(&public.channel),
        proof: BASE64URL_NOPAD.encode(&proof::introduce(keys)),
    }
}
