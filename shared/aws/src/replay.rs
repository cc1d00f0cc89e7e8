//! Answers instead of AWS: an HTTP client that hands out what a test says, and keeps what it was asked.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use percent_encoding::percent_decode_str;

/// One answer to one operation.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// To which operation.
    pub(crate) operation: String,
    /// Where it comes from.
    pub(crate) source: String,
    /// What is said.
    pub(crate) says: Says,
}

/// What an answer says.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// This.
    Body { status: u16, headers: Vec<(String, String)>, body: String },
    /// Success, until the connection breaks off.
    BreaksOff,
    /// An error with a code, in the form of the service that is asked.
    Refusal { status: u16, code: &'static str },
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// As the SDK calls the service: `S3`, `S3 Control`, `IAM`, `KMS`, `CloudTrail`.
    pub(crate) service: String,
    /// As the SDK calls the operation.
    pub(crate) operation: String,
    /// Host, path and query.
    pub(crate) uri: String,
    /// Headers by which a request differs from others of its operation.
    pub(crate) headers: Vec<(String, String)>,
    /// The account that has to own what is asked for, where the request says so.
    pub(crate) owner: Option<String>,
    /// The entity tag that must not be there any more for an answer to be given.
    pub(crate) unless: Option<String>,
    /// The body.
    pub(crate) body: String,
}

/// The client. Clones share answers and questions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    answers: Vec<Answer>,
    asked: Vec<Asked>,
    unanswered: Vec<String>,
}

/// What became of a script.
#[derive(Debug)]
pub(crate) struct Played {
    /// What was asked, in order.
    pub(crate) asked: Vec<Asked>,
    /// Operations that were asked and for which there was no answer (left).
    pub(crate) unanswered: Vec<String>,
    /// Operations whose answers nobody asked for.
    pub(crate) unasked: Vec<String>,
}

impl Replay {
    /// Lays out answers. Those to one operation are handed out in their order.
    pub(crate) fn play(&self, answers: Vec<Answer>) {
        *self.script() = Script { answers, ..Script::default() };
    }

    /// What became of them.
    pub(crate) fn played(&self) -> Played {
        let script = std::mem::take(&mut *self.script());
        let unasked = script.answers.into_iter().map(|answer| answer.operation).collect();
        Played { asked: script.asked, unanswered: script.unanswered, unasked }
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = Asked::of(request).ok_or_else(|| ConnectorError::other("no operation".into(), None))?;
        let mut script = self.script();
        let found = script.answers.iter().position(|answer| answer.operation == asked.operation);
        let answer = found.map(|index| script.answers.remove(index));
        let (service, operation) = (asked.service.clone(), asked.operation.clone());
        script.asked.push(asked);
        match answer {
            Some(answer) => Ok(answer.says.response(&service, request.method())),
            None => {
                script.unanswered.push(operation.clone());
                Err(ConnectorError::other(format!("no answer to {operation}").into(), None))
            }
        }
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.answer(&request))
    }
}

impl HttpClient for Replay {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl Says {
    fn response(self, service: &str, method: &str) -> HttpResponse {
        let (status, headers, body) = match self {
            Self::BreaksOff => return HttpResponse::new(200.try_into().unwrap(), SdkBody::taken()),
            Self::Body { status, headers, body } => (status, headers, body),
            Self::Refusal { status, code } => (status, Vec::new(), refusal(service, code)),
        };
        // Amazon S3 API Reference, HeadBucket: an error has no body, "and there is no way to tell" more than the status.
        let body = if method == "HEAD" { String::new() } else { body };
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// AWS's forms of an error: REST XML, the query protocol, JSON.
fn refusal(service: &str, code: &str) -> String {
    match service {
        "S3" => format!("<Error><Code>{code}</Code><Message>as the table says</Message></Error>"),
        "S3 Control" | "IAM" => format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>as the table says</Message></Error></ErrorResponse>"
        ),
        _ => format!(r#"{{"__type":"{code}","message":"as the table says"}}"#),
    }
}

impl Asked {
    fn of(request: &HttpRequest) -> Option<Self> {
        /// What every request has, or what only the transport is about.
        const COMMON: [&str; 7] = [
            "x-amz-date",
            "x-amz-content-sha256",
            "x-amz-user-agent",
            "x-amz-security-token",
            "x-amz-target",
            "x-amz-expected-bucket-owner",
            "x-amz-account-id",
        ];
        let operation = request.extension::<Metadata>()?;
        let is_own = |name: &str| name.starts_with("x-amz-") && !COMMON.contains(&name) && !name.contains("checksum");
        let headers = request.headers().iter().filter(|(name, _)| is_own(name));
        let owner = ["x-amz-expected-bucket-owner", "x-amz-account-id"];
        Some(Self {
            service: operation.service().to_owned(),
            operation: operation.name().to_owned(),
            uri: request.uri().trim_start_matches("https://").to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            owner: owner.iter().find_map(|name| request.headers().get(name)).map(str::to_owned),
            unless: request.headers().get("if-none-match").map(str::to_owned),
            body: String::from_utf8_lossy(request.body().bytes()?).into_owned(),
        })
    }
}

/// One line: the operation, and what it says. The query protocol's parameters as they were before they were encoded.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation)?;
        if self.service.starts_with("S3") {
            write!(f, " {}", self.uri)?;
        }
        for (name, value) in &self.headers {
            write!(f, " {name}: {value}")?;
        }
        if self.service == "IAM" {
            for parameter in
                self.body.split('&').filter(|text| !text.starts_with("Action=") && !text.starts_with("Version="))
            {
                write!(f, " {}", percent_decode_str(&parameter.replace('+', " ")).decode_utf8_lossy())?;
            }
        } else if !self.body.is_empty() {
            write!(f, " {}", self.body)?;
        }
        Ok(())
    }
}
