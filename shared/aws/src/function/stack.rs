//! A change of the stack that gives the functions another standard. CloudFormation asks bootstrap, as a custom resource, whether it is valid,
//! and takes the change back if it is not.
//!
//! AWS CloudFormation User Guide, "Custom resource request and response": the request carries a URL, and the answer is put there.

use std::time::Duration;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use lambda_runtime::{Context, Diagnostic};
use parapet_core::Home;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::refuse;
use crate::Connection;
use crate::standard::StandardSettings;

/// The guide: an answer has at most 4,096 bytes, its ids included.
const LONGEST_REASON: usize = 1_500;

/// How long CloudFormation's bucket may take to take an answer. An answer that fails fails the invocation, and Lambda makes a second and
/// a third one of it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// What the stack has in the place of an id of a thing: there is only the check.
const CHECKED: &str = "parapet-standard";

/// CloudFormation's question.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Question {
    request_type: String,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
}

impl Question {
    /// The question in an input; none: it is none.
    pub(super) fn of(input: &Value) -> Option<Self> {
        Self::deserialize(input).ok()
    }

    /// Checks the standard that the function's environment names, and puts the answer where it is waited for.
    pub(super) async fn answered(&self, context: &Context) -> Result<Value, Diagnostic> {
        let connection = Connection::from_env().map_err(|error| refuse("NoConnection", error.to_string()))?;
        let region = Home::from_arn(&context.invoked_function_arn).map(|home| home.region).unwrap_or_default();
        if !is_aws(&self.response_url, &region, connection.endpoint()) {
            return Err(refuse("InvalidInput", format!("`{}` is no place of CloudFormation's", self.response_url)));
        }
        let answer = self.answer(&self.verdict(&connection, &context.invoked_function_arn).await);
        println!("{answer}");
        let put = timeout(ANSWER_TIMEOUT, put(&connection, &self.response_url, answer.to_string()));
        put.await
            .unwrap_or_else(|late| Err(late.to_string()))
            .map_err(|why| refuse("NoAnswer", format!("CloudFormation could not be answered: {why}")))?;
        Ok(answer)
    }

    /// Whether the standard may count. What is deleted asks for none: a standard that is broken keeps nobody from deleting the stack.
    async fn verdict(&self, connection: &Connection, function_arn: &str) -> Result<(), String> {
        match self.request_type.as_str() {
            "Delete" => Ok(()),
            _ => checked(connection, function_arn).await,
        }
    }

    fn answer(&self, verdict: &Result<(), String>) -> Value {
        let reason: String =
            verdict.as_ref().err().map_or("it is valid", String::as_str).chars().take(LONGEST_REASON).collect();
        json!({
            "Status": if verdict.is_ok() { "SUCCESS" } else { "FAILED" },
            "Reason": reason,
            "PhysicalResourceId": CHECKED,
            "StackId": self.stack_id,
            "RequestId": self.request_id,
            "LogicalResourceId": self.logical_resource_id,
        })
    }
}

async fn checked(connection: &Connection, function_arn: &str) -> Result<(), String> {
    let home = Home::from_arn(function_arn).ok_or_else(|| format!("`{function_arn}` names no account and region"))?;
    let settings = StandardSettings::from_env().map_err(|error| error.to_string())?;
    Box::pin(settings.check(connection, &home)).await
}

/// Whoever may invoke bootstrap must not make it send anything elsewhere: CloudFormation waits in a bucket of its own in each region, or at
/// the endpoint of a local AWS.
fn is_aws(url: &str, region: &str, endpoint: Option<&str>) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let bucket = format!("cloudformation-custom-resource-response-{}", region.replace('-', ""));
    let of_s3 = host.strip_prefix(bucket.as_str()).and_then(|rest| rest.strip_prefix(".s3")).unwrap_or_default();
    let of_s3 = of_s3.strip_suffix(".cn").unwrap_or(of_s3).strip_suffix(".amazonaws.com");
    let is_buckets =
        of_s3.is_some_and(|of| [String::new(), format!(".{region}"), format!("-{region}")].contains(&of.to_owned()));
    is_buckets || endpoint.is_some_and(|endpoint| url.starts_with(&format!("{}/", endpoint.trim_end_matches('/'))))
}

/// One PUT without a signature: the URL is signed.
async fn put(connection: &Connection, url: &str, body: String) -> Result<(), String> {
    let path = url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
    let host = url.strip_suffix(path.as_str()).unwrap_or(url).to_owned();
    let put = Operation::builder()
        .service_name("CloudFormation")
        .operation_name("PutAnswer")
        .http_client(connection.http())
        .endpoint_url(&host)
        .no_auth()
        .no_retry()
        .serializer(move |body: String| {
            let mut request = HttpRequest::new(SdkBody::from(body));
            request.set_method("PUT")?;
            request.set_uri(format!("/{path}"))?;
            Ok(request)
        })
        .deserializer(|response: &HttpResponse| match response.status().is_success() {
            true => Ok(()),
            false => Err(OrchestratorError::<std::convert::Infallible>::other(format!("HTTP {}", response.status()))),
        })
        .build();
    put.invoke(body).await.map_err(|error| format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    fn question(input: &Value) -> Option<String> {
        Question::of(input).map(|question| question.request_type)
    }

    fn asked() -> Value {
        json!({"RequestType": "Update", "ResponseURL": "https://x", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l",
            "ResourceType": "Custom::ParapetStandard", "ResourceProperties": {"ServiceToken": "f"}})
    }

    #[test]
    fn a_question_is_told_from_an_order() {
        assert_eq!(question(&asked()).as_deref(), Some("Update"));
        for order in [json!({}), json!({"dry_run": true}), json!(7), json!({"RequestType": "Update"})] {
            assert_eq!(question(&order), None, "{order}");
        }
    }

    #[test]
    fn an_answer_says_whose_it_is_and_why() {
        let question = Question::of(&asked()).unwrap();
        let good = question.answer(&Ok(()));
        assert_eq!(good["Status"], json!("SUCCESS"));
        assert_eq!(
            (&good["StackId"], &good["RequestId"], &good["LogicalResourceId"]),
            (&json!("s"), &json!("r"), &json!("l"))
        );
        let bad = question.answer(&Err("x".repeat(9_000)));
        assert_eq!(bad["Status"], json!("FAILED"));
        assert!(bad.to_string().len() < 4_096);
    }

    #[tokio::test]
    async fn what_is_deleted_asks_for_no_standard() {
        let connection = Connection::new("us-east-1", Credentials::new("id", "secret", None, None, "a test"), None);
        for (request_type, is_asked) in [("Create", true), ("Update", true), ("Delete", false)] {
            let question = Question { request_type: request_type.to_owned(), ..Question::of(&asked()).unwrap() };
            let verdict = question.verdict(&connection, "no ARN").await;
            assert_eq!(verdict.is_err(), is_asked, "{request_type}: {verdict:?}");
        }
    }

    #[test]
    fn answers_go_to_aws_alone() {
        const LOCAL: Option<&str> = Some("http://127.0.0.1:4566");
        const BUCKET: &str = "https://cloudformation-custom-resource-response-useast1";
        let check = |url: &str, endpoint, expected| assert_eq!(is_aws(url, "us-east-1", endpoint), expected, "{url}");
        for host in [".s3.amazonaws.com", ".s3.us-east-1.amazonaws.com", ".s3-us-east-1.amazonaws.com"] {
            check(&format!("{BUCKET}{host}/a?X-Amz-Signature=1"), None, true);
            check(&format!("{BUCKET}-evil{host}/a"), None, false);
            check(&format!("{BUCKET}{host}:8443/a"), None, false);
        }
        let in_china = "https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn/a";
        assert!(is_aws(in_china, "cn-north-1", None) && !is_aws(in_china, "us-east-1", None));
        check("http://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a", None, false);
        check("https://evil.example/cloudformation-custom-resource-response-useast1.s3.amazonaws.com", None, false);
        check("https://cloudformation-custom-resource-response-useast1@evil.example:1/.s3.amazonaws.com", None, false);
        check("https://bucket.s3.amazonaws.com/a", None, false);
        check("http://127.0.0.1:4566/_cfn/1", None, false);
        check("http://127.0.0.1:4566/_cfn/1", LOCAL, true);
        check("http://127.0.0.1:45660/_cfn/1", LOCAL, false);
    }
}
