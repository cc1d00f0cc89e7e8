//! The three calls of AWS CloudFormation that deploy a stack.

use std::time::Duration;

use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, sleep};

use crate::http;

/// How long a stack may take.
const DEPLOY_TIMEOUT: Duration = Duration::from_secs(120);

/// A stack that is deployed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stack<'a> {
    pub(crate) name: &'a str,
    pub(crate) template_url: &'a str,
    pub(crate) parameters: &'a [(&'a str, &'a str)],
}

/// Creates a stack, and waits until it is complete.
///
/// # Errors
/// It is refused, or fails: then with the reasons of its resources.
pub(crate) async fn create(port: u16, stack: &Stack<'_>) -> Result<()> {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    ask(port, "CreateStack", &fields(stack)).await?;
    let deadline = Instant::now() + DEPLOY_TIMEOUT;
    let named = [("StackName".to_owned(), stack.name)];
    while Instant::now() < deadline {
        let described = ask(port, "DescribeStacks", &named).await?;
        match texts(&described, "StackStatus").first().map(String::as_str) {
            Some("CREATE_COMPLETE") => return Ok(()),
            Some("CREATE_IN_PROGRESS" | "REVIEW_IN_PROGRESS") | None => sleep(LOOK_EVERY).await,
            Some(_) => return Err(failed(&events(port, stack.name).await?)),
        }
    }
    Err(Trouble::new(format!("the stack is not complete after {} s", DEPLOY_TIMEOUT.as_secs())))
}

/// All that happened to a stack: what failed first comes last.
async fn events(port: u16, stack: &str) -> Result<String> {
    let mut pages = String::new();
    let mut next = None;
    loop {
        let named = [("StackName".to_owned(), stack)];
        let token = next.as_deref().map(|token| ("NextToken".to_owned(), token));
        let fields: Vec<(String, &str)> = named.into_iter().chain(token).collect();
        let page = ask(port, "DescribeStackEvents", &fields).await?;
        pages += &page;
        next = texts(&page, "NextToken").into_iter().next().filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(pages);
        }
    }
}

fn fields<'a>(stack: &Stack<'a>) -> Vec<(String, &'a str)> {
    let mut fields = vec![
        ("StackName".to_owned(), stack.name),
        ("TemplateURL".to_owned(), stack.template_url),
        ("Capabilities.member.1".to_owned(), "CAPABILITY_NAMED_IAM"),
        ("Capabilities.member.2".to_owned(), "CAPABILITY_AUTO_EXPAND"),
    ];
    for (index, (name, value)) in stack.parameters.iter().enumerate() {
        let member = format!("Parameters.member.{}", index + 1);
        fields.push((format!("{member}.ParameterKey"), name));
        fields.push((format!("{member}.ParameterValue"), value));
    }
    fields
}

async fn ask(port: u16, action: &str, fields: &[(String, &str)]) -> Result<String> {
    let mut form = format!("Action={action}&Version=2010-05-15");
    for (name, value) in fields {
        form.push_str(&format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    }
    let answer =
        http::call(port, "cloudformation", "POST /", "application/x-www-form-urlencoded", form.as_bytes()).await;
    Ok(answer.and_then(http::Response::accepted).during(action)?.body)
}

/// Why the stack failed: what its resources say.
fn failed(events: &str) -> Trouble {
    let reasons: Vec<String> = elements(events, "member").filter_map(reason).collect();
    Trouble::new(if reasons.is_empty() { "it does not say why".to_owned() } else { reasons.join("\n    ") })
        .during("the stack cannot be deployed")
}

fn reason(event: &str) -> Option<String> {
    let one = |name| texts(event, name).into_iter().next();
    let is_failure = one("ResourceStatus")?.ends_with("FAILED");
    let reason = format!("{}: {}", one("LogicalResourceId")?, one("ResourceStatusReason")?);
    is_failure.then_some(reason)
}

/// The text of every element of this name. The answers are flat and have no attributes there, so that no parser of XML is needed.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let unescaped = |text: &str| {
        let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
        named.iter().fold(text.to_owned(), |text, (name, character)| text.replace(name, character))
    };
    elements(xml, name).map(unescaped).collect()
}

fn elements<'x>(xml: &'x str, name: &str) -> impl Iterator<Item = &'x str> {
    let end = format!("</{name}>");
    xml.split(&format!("<{name}>"))
        .skip(1)
        .filter_map(move |rest| rest.split_once(end.as_str()).map(|(inner, _)| inner))
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_from_one() {
        let parameters = [("Architecture", "arm64"), ("Standard", "version: 1")];
        let stack = Stack { name: "s", template_url: "http://127.0.0.1/t", parameters: &parameters };
        let fields = fields(&stack);
        assert!(fields.contains(&("Parameters.member.1.ParameterKey".to_owned(), "Architecture")));
        assert!(fields.contains(&("Parameters.member.2.ParameterValue".to_owned(), "version: 1")));
    }

    #[test]
    fn a_failure_says_which_resources_failed_and_why() {
        let event = |id: &str, status: &str, reason: &str| {
            format!(
                "<member><LogicalResourceId>{id}</LogicalResourceId><ResourceStatus>{status}</ResourceStatus>{reason}</member>"
            )
        };
        let why = "<ResourceStatusReason>no &lt;role&gt; &amp;amp; key</ResourceStatusReason>";
        let events =
            [event("A", "CREATE_FAILED", why), event("B", "CREATE_COMPLETE", why), event("C", "CREATE_FAILED", "")];
        let shown = failed(&events.concat()).to_string();
        assert_eq!(shown, "error: the stack cannot be deployed\n  because: A: no <role> &amp; key");
        assert!(failed("").to_string().ends_with("it does not say why"));
    }
}
