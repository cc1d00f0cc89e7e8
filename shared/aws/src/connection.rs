use std::env;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::Builder as HttpClient;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use thiserror::Error;

use crate::Clients;
#[cfg(feature = "world")]
use crate::sealing::Sealing;

/// The roots of AWS's own endpoints, from <https://www.amazontrust.com/repository/>. Reading the system's store instead costs
/// 2.4 ms of a cold start.
const AMAZON_ROOTS: &str = include_str!("amazon-roots.pem");

/// How often a call is made at most. CloudTrail allows one write a second: with the pauses between, the last try comes about
/// ten seconds after the first.
const ATTEMPTS_A_CALL: u32 = 5;

/// How long one try may take before it is given up and made again.
const TRY_TIMEOUT: Duration = Duration::from_secs(8);

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Makes of the table of services their clients, and gives their crates to others: each built with its own feature. Amazon S3 and its
/// Control, which are told their hosts in ways of their own, stand below.
macro_rules! clients {
    ($($feature:literal: $name:ident = $sdk:ident, $words:literal;)+) => {
        /// The service crates this one was built with.
        pub mod sdk {
            pub use aws_sdk_s3 as s3;
            #[cfg(feature = "s3control")]
            pub use aws_sdk_s3control as s3control;
            $(#[cfg(feature = $feature)] pub use $sdk as $name;)+
        }

        /// The clients that are built alike, each on first use.
        #[derive(Debug, Default)]
        pub(crate) struct Clients {
            $(#[cfg(feature = $feature)] $name: std::sync::OnceLock<$sdk::Client>,)+
        }

        impl Connection {
            $(
                #[cfg(feature = $feature)]
                #[doc = $words]
                pub fn $name(&self) -> &$sdk::Client {
                    self.clients.$name.get_or_init(|| {
                        $sdk::Client::from_conf(
                            $sdk::config::Builder::from(self.config()).interceptor(self.counter()).build(),
                        )
                    })
                }
            )+
        }
    };
}
pub(crate) use clients;

/// Clients of AWS services, with one identity and one count of calls.
///
/// Everything is built on first use and then shared: the TLS client, its connections, and each service's client.
#[derive(Debug)]
pub struct Connection {
    region: String,
    credentials: SharedCredentialsProvider,
    /// Where credentials are kept until they end; none: they do not.
    identity_cache: Option<SharedIdentityCache>,
    /// Whether whom the machine trusts may vouch for AWS, too.
    has_system_roots: bool,
    endpoint: Option<String>,
    calls: Arc<AtomicU32>,
    config: OnceLock<SdkConfig>,
    #[cfg(test)]
    replay: Option<SharedHttpClient>,
    s3: OnceLock<aws_sdk_s3::Client>,
    #[cfg(feature = "world")]
    evidence: OnceLock<aws_sdk_s3::Client>,
    #[cfg(feature = "world")]
    kms_for_evidence: OnceLock<aws_sdk_kms::Client>,
    #[cfg(feature = "world")]
    sealing: Sealing,
    #[cfg(feature = "s3control")]
    s3control: OnceLock<aws_sdk_s3control::Client>,
    /// The organization of the account, once AWS said which.
    #[cfg(feature = "organizations")]
    pub(crate) organization: tokio::sync::OnceCell<Option<String>>,
    pub(crate) clients: Clients,
}

/// An environment without what a connection needs.
#[derive(Debug, Error)]
#[error("the environment variable `{0}` is not set: Lambda sets it by itself; elsewhere, export it")]
pub struct ConnectionError(&'static str);

impl Connection {
    /// A connection as Lambda's environment describes it: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, and `AWS_ENDPOINT_URL` where one is set; and `PARAPET_MEMORY_KEY`, where memory is sealed.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn from_env() -> Result<Self, ConnectionError> {
        let needed = |name: &'static str| optional(name).ok_or(ConnectionError(name));
        let credentials = Credentials::new(
            needed("AWS_ACCESS_KEY_ID")?,
            needed("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let region =
            optional("AWS_REGION").or_else(|| optional("AWS_DEFAULT_REGION")).ok_or(ConnectionError("AWS_REGION"))?;
        let connection = Self::new(&region, credentials, optional("AWS_ENDPOINT_URL"));
        #[cfg(feature = "world")]
        let connection = connection.sealing_with(optional("PARAPET_MEMORY_KEY"));
        Ok(connection)
    }

    /// A connection with this identity. `endpoint`: another place than AWS's own, such as a local AWS.
    #[must_use]
    pub fn new(region: &str, credentials: Credentials, endpoint: Option<String>) -> Self {
        Self {
            region: region.to_owned(),
            credentials: SharedCredentialsProvider::new(credentials),
            identity_cache: None,
            has_system_roots: false,
            endpoint,
            calls: Arc::default(),
            config: OnceLock::new(),
            #[cfg(test)]
            replay: None,
            s3: OnceLock::new(),
            #[cfg(feature = "world")]
            evidence: OnceLock::new(),
            #[cfg(feature = "world")]
            kms_for_evidence: OnceLock::new(),
            #[cfg(feature = "world")]
            sealing: Sealing::default(),
            #[cfg(feature = "s3control")]
            s3control: OnceLock::new(),
            #[cfg(feature = "organizations")]
            organization: tokio::sync::OnceCell::new(),
            clients: Clients::default(),
        }
    }

    /// The same with credentials that somebody provides, and that end. Whoever is not a function is on a machine whose owner says whom it
    /// trusts: a network may look into its own connections.
    #[cfg(feature = "profiles")]
    pub(crate) fn provided(self, credentials: SharedCredentialsProvider, cache: Option<SharedIdentityCache>) -> Self {
        Self { credentials, identity_cache: cache, has_system_roots: true, ..self }
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The same, where what lies in the evidence bucket and is believed bears a seal that this KMS key makes, of the kind `HMAC_256`: its
    /// id, ARN or alias. None: nothing is sealed, and whatever is there is believed.
    #[cfg(feature = "world")]
    #[must_use]
    pub fn sealing_with(self, key: Option<String>) -> Self {
        Self { sealing: Sealing::with(key), ..self }
    }

    #[cfg(feature = "world")]
    pub(crate) fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// The same, answered by `client` instead of AWS. No call is made twice: one answer, one outcome, and no pause.
    #[cfg(test)]
    pub(crate) fn replaying(self, client: SharedHttpClient) -> Self {
        Self { replay: Some(client), ..self }
    }

    /// How many requests were sent so far, repeated ones included, evidence left out.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// What requests that are no call of a service are sent with.
    #[cfg(any(feature = "bootstrap", feature = "sweep"))]
    pub(crate) fn http(&self) -> SharedHttpClient {
        self.config().http_client().unwrap_or_else(|| self.http_client())
    }

    /// The place that is asked instead of AWS's own.
    #[cfg(any(feature = "bootstrap", feature = "sweep", feature = "operator"))]
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Amazon S3.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| aws_sdk_s3::Client::from_conf(self.s3_config().interceptor(self.counter()).build()))
    }

    /// Amazon S3 in another region; none: in this one. Its calls are not calls on a guarded resource, and not counted.
    #[cfg(feature = "profiles")]
    pub(crate) fn s3_of(&self, region: Option<Region>) -> aws_sdk_s3::Client {
        let config = self.s3_config();
        let config = match region {
            Some(region) => config.region(region),
            None => config,
        };
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Amazon S3 for evidence, over the same connections: its calls are not calls on the guarded resource, and not counted.
    #[cfg(feature = "world")]
    pub(crate) fn evidence(&self) -> &aws_sdk_s3::Client {
        self.evidence.get_or_init(|| {
            let config = self.s3_config();
            // Nobody reads this counter: it tells the replaying client which operation a request is.
            #[cfg(test)]
            let config = config.interceptor(CallCounter(Arc::default()));
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    /// AWS KMS for evidence, likewise.
    #[cfg(feature = "world")]
    pub(crate) fn kms_for_evidence(&self) -> &aws_sdk_kms::Client {
        self.kms_for_evidence.get_or_init(|| {
            let config = aws_sdk_kms::config::Builder::from(self.config());
            #[cfg(test)]
            let config = config.interceptor(CallCounter(Arc::default()));
            aws_sdk_kms::Client::from_conf(config.build())
        })
    }

    /// A local AWS has one host name: buckets are told apart by the path there.
    fn s3_config(&self) -> aws_sdk_s3::config::Builder {
        aws_sdk_s3::config::Builder::from(self.config()).force_path_style(self.endpoint.is_some())
    }

    /// Amazon S3 Control.
    #[cfg(feature = "s3control")]
    pub fn s3control(&self) -> &aws_sdk_s3control::Client {
        self.s3control.get_or_init(|| {
            let config = aws_sdk_s3control::config::Builder::from(self.config()).interceptor(self.counter());
            let config = match &self.endpoint {
                None => config,
                Some(endpoint) => config.endpoint_resolver(OneHost(endpoint.clone())),
            };
            aws_sdk_s3control::Client::from_conf(config.build())
        })
    }

    pub(crate) fn config(&self) -> &SdkConfig {
        self.config.get_or_init(|| {
            let mut config = SdkConfig::builder();
            config.set_identity_cache(self.identity_cache.clone());
            let config = config
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(self.region.clone()))
                .credentials_provider(self.credentials.clone())
                .http_client(self.http_client())
                .retry_config(self.retries())
                .timeout_config(
                    TimeoutConfig::builder()
                        .connect_timeout(CONNECT_TIMEOUT)
                        .operation_attempt_timeout(TRY_TIMEOUT)
                        .build(),
                )
                .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
                .time_source(SharedTimeSource::new(SystemTimeSource::new()));
            match &self.endpoint {
                Some(endpoint) => config.endpoint_url(endpoint).build(),
                None => config.build(),
            }
        })
    }

    fn retries(&self) -> RetryConfig {
        #[cfg(test)]
        if self.replay.is_some() {
            return RetryConfig::disabled();
        }
        RetryConfig::standard().with_max_attempts(ATTEMPTS_A_CALL)
    }

    /// AWS's endpoints are trusted by AWS's roots. Another endpoint may have a certificate of its owner's, so there the system's
    /// store is read.
    fn http_client(&self) -> SharedHttpClient {
        #[cfg(test)]
        if let Some(replay) = &self.replay {
            return replay.clone();
        }
        if self.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://")) {
            return HttpClient::new().build_http();
        }
        trusting(match self.endpoint {
            None => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS).with_native_roots(self.has_system_roots),
            Some(_) => TrustStore::empty().with_native_roots(true),
        })
    }

    pub(crate) fn counter(&self) -> CallCounter {
        CallCounter(Arc::clone(&self.calls))
    }
}

/// A client that takes these for AWS's.
fn trusting(roots: TrustStore) -> SharedHttpClient {
    let client = HttpClient::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => client.tls_context(context).build_https(),
        Err(_) => client.build_https(),
    }
}

/// What asks for credentials: at AWS's own endpoints, and on this machine or beside it.
#[cfg(feature = "profiles")]
pub(crate) fn for_credentials() -> SharedHttpClient {
    trusting(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS).with_native_roots(true))
}

pub(crate) fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The endpoint of a local AWS as it is. S3 Control's own resolver puts the account's id before every host, which nothing resolves there;
/// the account is told in a header, too.
#[cfg(feature = "s3control")]
#[derive(Debug)]
struct OneHost(String);

#[cfg(feature = "s3control")]
impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for OneHost {
    fn resolve_endpoint<'a>(
        &'a self,
        _: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture};
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

/// Counts requests as they are sent.
#[derive(Debug)]
pub(crate) struct CallCounter(Arc<AtomicU32>);

impl Intercept for CallCounter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Tells the replaying client which operation a request is.
    #[cfg(test)]
    fn modify_before_transmit(
        &self,
        context: &mut aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        use aws_smithy_runtime_api::client::orchestrator::Metadata;
        let operation = config.load::<Metadata>().ok_or("a request without an operation")?.clone();
        context.request_mut().add_extension(operation);
        Ok(())
    }
}
