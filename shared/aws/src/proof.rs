//! Who asks: a call of GetCallerIdentity that was signed and not made, and is made here.
//!
//! AWS STS API Reference, GetCallerIdentity: "No permissions are required to perform this operation. If an administrator attaches a policy to your
//! identity that explicitly denies access to the sts:GetCallerIdentity action, you can still perform this operation."

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use parapet_core::Home;
use parapet_guards::{PROOF_HEADER, PROOF_SECONDS};

/// Where AWS STS is asked: at the region's endpoint, or at a local AWS's.
pub(crate) fn sts(home: &Home, endpoint: Option<&str>) -> String {
    let suffix = if home.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    match endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://sts.{}.{suffix}", home.region),
    }
}

/// Of what a signed call consists that is no other call, and has the header of the request under its signature.
///
/// # Errors
/// It is something else: says what.
#[cfg_attr(not(feature = "sweep"), allow(dead_code, reason = "the sweep alone is given proofs"))]
pub(crate) fn checked(query: &str, now: i64) -> Result<(), String> {
    const LONGEST: usize = 8_192;
    const ALLOWED: [&str; 9] = [
        "Action",
        "Version",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
    ];
    if query.len() > LONGEST || !query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return Err("it is no query of a signed URL".to_owned());
    }
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let name = decoded(name);
        if !ALLOWED.contains(&name.as_str()) {
            return Err(format!("`{name}` is no parameter of it"));
        }
        if parameters.insert(name.clone(), decoded(value)).is_some() {
            return Err(format!("`{name}` is there twice"));
        }
    }
    let is = |name: &str, value: &str| parameters.get(name).is_some_and(|given| given == value);
    if !is("Action", "GetCallerIdentity") || !is("Version", "2011-06-15") {
        return Err("it is no call of GetCallerIdentity".to_owned());
    }
    // AWS STS itself goes by a time of its own, whatever the call says of when it expires.
    let signed_at = parameters.get("X-Amz-Date").and_then(|date| seconds_of(date));
    let good_for = i64::try_from(PROOF_SECONDS).unwrap_or(0);
    if !signed_at.is_some_and(|at| (-SKEW_SECONDS..=good_for).contains(&now.saturating_sub(at))) {
        return Err(format!("it was not signed within the last {PROOF_SECONDS} seconds"));
    }
    if !is("X-Amz-SignedHeaders", &format!("host;{PROOF_HEADER}")) {
        return Err(format!("its signature has to cover `host;{PROOF_HEADER}`, and nothing else"));
    }
    Ok(())
}

/// The signature of a signed call, and the day of its own date, `2026-11-30`: a proof is known by these. None: it has none.
#[cfg_attr(not(feature = "sweep"), allow(dead_code, reason = "the sweep alone is given proofs"))]
pub(crate) fn signed(query: &str) -> Option<(String, String)> {
    let value = |name: &str| {
        let (_, value) = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(given, _)| percent_encoding::percent_decode_str(given).decode_utf8_lossy() == name)?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    let date = value("X-Amz-Date")?;
    let (year, month, day) = (date.get(0..4)?, date.get(4..6)?, date.get(6..8)?);
    let signature = value("X-Amz-Signature").filter(|signature| !signature.is_empty())?;
    Some((signature, format!("{year}-{month}-{day}")))
}

/// How far the clocks of whoever signs and of the function are apart at the most.
const SKEW_SECONDS: i64 = 60;

/// Seconds since 1970 of a time as signatures write it: `20261130T120000Z`.
fn seconds_of(date: &str) -> Option<i64> {
    let digits =
        |from: usize, to: usize| date.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    let (hour, minute, second) = (digits(9, 11)?, digits(11, 13)?, digits(13, 15)?);
    let is_whole = date.len() == 16 && date.get(8..9) == Some("T") && date.ends_with('Z');
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    is_whole.then(|| DateTime::from_str(&text, Format::DateTime).ok().map(|moment| moment.secs())).flatten()
}

#[cfg(feature = "sweep")]
pub(crate) use asked::caller;

/// How AWS STS is asked.
#[cfg(feature = "sweep")]
mod asked {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use aws_smithy_runtime::client::orchestrator::operation::Operation;
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
    use aws_smithy_types::body::SdkBody;
    use parapet_core::Home;
    use parapet_guards::{Caller, PROOF_HEADER};
    use tokio::time::timeout;

    use super::{checked, sts};
    use crate::Connection;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Whose signature a call bears.
    ///
    /// `digest`: of the request that it has to be signed for.
    ///
    /// # Errors
    /// It is no such call, AWS STS does not take it (it has expired, or is signed for another request), or it did not answer.
    pub(crate) async fn caller(
        connection: &Connection,
        home: &Home,
        query: &str,
        digest: String,
    ) -> Result<Caller, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        checked(query, i64::try_from(now).unwrap_or(i64::MAX))?;
        let host = sts(home, connection.endpoint());
        let answer = timeout(TIMEOUT, get(connection, &host, query.to_owned(), digest));
        let answer = answer.await.unwrap_or_else(|late| Err(late.to_string()))?;
        let (arn, id) = (element(&answer, "Arn"), element(&answer, "UserId"));
        let caller = arn.zip(id).and_then(|(arn, id)| Caller::of(arn, id));
        caller.ok_or_else(|| "whoever signed it is neither a user nor a session of a role".to_owned())
    }

    /// The text of the one element of a name.
    fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
        let (_, rest) = xml.split_once(&format!("<{name}>"))?;
        let (text, rest) = rest.split_once(&format!("</{name}>"))?;
        (!rest.contains(&format!("<{name}>"))).then_some(text)
    }

    async fn get(connection: &Connection, host: &str, query: String, digest: String) -> Result<String, String> {
        let get = Operation::builder()
            .service_name("STS")
            .operation_name("GetCallerIdentity")
            .http_client(connection.http())
            .endpoint_url(host)
            .no_auth()
            .no_retry()
            .serializer(move |query: String| {
                let mut request = HttpRequest::new(SdkBody::empty());
                request.set_method("GET")?;
                request.set_uri(format!("/?{query}"))?;
                request.headers_mut().insert(PROOF_HEADER, digest.clone());
                Ok(request)
            })
            .deserializer(|response: &HttpResponse| {
                let body = response.body().bytes().unwrap_or_default();
                match response.status().is_success() {
                    true => Ok(String::from_utf8_lossy(body).into_owned()),
                    false => Err(OrchestratorError::<std::convert::Infallible>::other(format!(
                        "AWS STS does not take it: HTTP {}",
                        response.status()
                    ))),
                }
            })
            .build();
        get.invoke(query).await.map_err(|error| match error.into_source() {
            Ok(source) => source.to_string(),
            Err(error) => format!("AWS STS did not answer: {error}"),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn one_element_of_a_name_is_told() {
            let xml = "<R><Arn>a</Arn><UserId>AIDA</UserId></R>";
            assert_eq!((element(xml, "Arn"), element(xml, "UserId")), (Some("a"), Some("AIDA")));
            assert_eq!(element("<Arn>a</Arn><Arn>b</Arn>", "Arn"), None);
            assert_eq!(element("<Arn>a", "Arn"), None);
        }
    }
}

#[cfg(feature = "operator")]
pub use signed::{Invoked, ask_sweep};

/// How an operator signs.
#[cfg(feature = "operator")]
mod signed {
    use std::time::{Duration, SystemTime};

    use aws_credential_types::provider::ProvideCredentials;
    use aws_sdk_lambda::config::{Config, retry::RetryConfig, timeout::TimeoutConfig};
    use aws_sdk_lambda::primitives::Blob;
    use aws_sigv4::http_request::{
        SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as signature,
    };
    use aws_sigv4::sign::v4;
    use parapet_core::{Home, WorldError};
    use parapet_guards::{Asked, PROOF_HEADER, PROOF_SECONDS};
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
    use serde_json::Value;

    use super::sts;
    use crate::Connection;
    use crate::failure::{failed, unreadable};

    /// AWS Identity and Access Management User Guide, "Create a signed AWS API request": every byte is encoded but those of RFC 3986's unreserved
    /// characters.
    const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

    /// AWS Lambda Developer Guide, "Lambda quotas": a function runs for 900 seconds at the most.
    const LONGEST_RUN: Duration = Duration::from_secs(910);

    /// What a function answered.
    #[derive(Clone, Debug)]
    pub struct Invoked {
        /// Its answer, or what went wrong in it.
        pub answer: Value,
        /// Whether it failed.
        pub is_failed: bool,
    }

    /// Asks the sweep of an account and region for something, with the proof of who asks where that is needed, and waits for its answer.
    ///
    /// # Errors
    /// It could not be signed or invoked, or what it answered is no JSON.
    pub async fn ask_sweep(connection: &Connection, home: &Home, asked: &Asked) -> Result<Invoked, WorldError> {
        const STEP: &str = "ask the sweep";
        const FUNCTION: &str = "parapet-sweep";
        let subject = format!("function `{FUNCTION}`");
        // Plain data always serialises.
        let mut payload = serde_json::to_value(asked).unwrap_or_default();
        if asked.needs_proof() {
            let proof = sign(connection, home, &asked.digest(home)).await;
            let proof = proof.map_err(|why| unreadable(STEP, &subject, &why))?;
            if let Value::Object(payload) = &mut payload {
                payload.insert("proof".to_owned(), Value::String(proof));
            }
        }
        // Asked once: a second request would be a second order.
        let patient = TimeoutConfig::builder().operation_attempt_timeout(LONGEST_RUN).build();
        let once = Config::builder().retry_config(RetryConfig::disabled()).timeout_config(patient);
        let invoke = connection.lambda().invoke().function_name(FUNCTION).payload(Blob::new(payload.to_string()));
        let answer =
            invoke.customize().config_override(once).send().await.map_err(|error| failed(STEP, &subject, error))?;
        let text = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let told = serde_json::from_slice(&text).map_err(|error| unreadable(STEP, &subject, &error.to_string()))?;
        Ok(Invoked { answer: told, is_failed: answer.function_error.is_some() })
    }

    /// Signs a call of GetCallerIdentity for a request of this digest, and does not make it: the query of its URL.
    async fn sign(connection: &Connection, home: &Home, digest: &str) -> Result<String, String> {
        let provider = connection.config().credentials_provider().ok_or("there are no credentials")?;
        let credentials = provider.provide_credentials().await.map_err(|error| error.to_string())?;
        let identity = credentials.into();
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(PROOF_SECONDS));
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&home.region)
            .name("sts")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?
            .into();
        let query = "Action=GetCallerIdentity&Version=2011-06-15";
        let url = format!("{}/?{query}", sts(home, connection.endpoint()));
        let headers = [(PROOF_HEADER, digest)];
        let request = SignableRequest::new("GET", url, headers.into_iter(), SignableBody::Bytes(&[]));
        let request = request.map_err(|error| error.to_string())?;
        let (instructions, _) = signature(request, &parameters).map_err(|error| error.to_string())?.into_parts();
        let encoded = |text: &str| percent_encoding::utf8_percent_encode(text, &RESERVED).to_string();
        let signed = instructions.params().iter().map(|(name, value)| format!("&{name}={}", encoded(value)));
        Ok(query.to_owned() + &signed.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261130%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20261130T120000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host%3Bx-parapet-request&X-Amz-Signature=00";

    #[test]
    fn nothing_but_that_call_is_made() {
        // 2026-11-30T12:00:00Z, and a minute later.
        let checked = |query: &str| checked(query, 1_796_040_060);
        assert_eq!(checked(GOOD), Ok(()));
        assert_eq!(checked(&format!("{GOOD}&X-Amz-Security-Token=t")), Ok(()));
        for bad in [
            String::new(),
            GOOD.replace("GetCallerIdentity", "AssumeRole"),
            GOOD.replace("2011-06-15", "2011-06-16"),
            format!("{GOOD}&Action=AssumeRole"),
            format!("{GOOD}&%41ction=AssumeRole"),
            format!("{GOOD}&RoleArn=arn"),
            GOOD.replace("host%3Bx-parapet-request", "host"),
            GOOD.replace("host%3Bx-parapet-request", "host%3Bx-parapet-request%3Bx-other"),
            GOOD.replace("Action=GetCallerIdentity&", ""),
            GOOD.replace("20261130T120000Z", "20261130T115000Z"),
            GOOD.replace("20261130T120000Z", "20261130T123000Z"),
            GOOD.replace("20261130T120000Z", "2026-11-30T12:00"),
            GOOD.replace("X-Amz-Date=20261130T120000Z&", ""),
            format!("{GOOD}#x"),
            format!("{GOOD}\r\nx: y"),
            format!("{GOOD}{}", "x".repeat(9_000)),
        ] {
            assert!(checked(&bad).is_err(), "{bad}");
        }
    }

    /// However it is spelt, it is the same: only what AWS STS was shown counts.
    #[test]
    fn a_proof_is_known_by_its_signature_and_day() {
        let expected = Some(("00".to_owned(), "2026-11-30".to_owned()));
        assert_eq!(signed(GOOD), expected);
        assert_eq!(signed(&GOOD.replace("X-Amz-Signature=00", "%58-Amz-Signature=%300")), expected);
        assert_eq!(signed(&GOOD.replace("&X-Amz-Signature=00", "")), None);
        assert_eq!(signed(&GOOD.replace("X-Amz-Signature=00", "X-Amz-Signature=")), None);
        assert_eq!(signed(""), None);
    }

    #[test]
    fn the_region_answers() {
        let home = |partition: &str, region: &str| Home {
            partition: partition.into(),
            account: "111122223333".into(),
            region: region.into(),
        };
        assert_eq!(sts(&home("aws", "eu-west-1"), None), "https://sts.eu-west-1.amazonaws.com");
        assert_eq!(sts(&home("aws-cn", "cn-north-1"), None), "https://sts.cn-north-1.amazonaws.com.cn");
        assert_eq!(sts(&home("aws", "eu-west-1"), Some("http://127.0.0.1:4566/")), "http://127.0.0.1:4566");
    }
}
