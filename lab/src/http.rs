//! Plain HTTP to the local AWS: for what is no call of AWS's, and for the calls of services that nothing else here speaks with. To
//! link an SDK crate for these would cost minutes of every first build.

use parapet_console::{Result, Trouble};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::emulator::{REGION, ROOT_KEY};

/// What was answered.
#[derive(Debug)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    head: String,
    /// The body.
    pub(crate) body: String,
}

impl Response {
    /// Whether there is such a header.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.head.lines().filter_map(|line| line.split_once(':')).any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// The same, if it is no refusal.
    ///
    /// # Errors
    /// The status says that it is one: the body says why.
    pub(crate) fn accepted(self) -> Result<Self> {
        if (200..300).contains(&self.status) {
            Ok(self)
        } else {
            Err(Trouble::new(format!("HTTP {}: {}", self.status, self.body.trim())))
        }
    }
}

/// Asks the local AWS about itself.
///
/// # Errors
/// Nobody listens, or the connection breaks.
pub(crate) async fn get(port: u16, path: &str) -> Result<Response> {
    send(port, format!("GET {path}"), "", &[]).await
}

/// A call to a service of the local AWS as the account's root user, whose signature is not looked at.
///
/// # Errors
/// Nobody listens, or the connection breaks. A refusal is no error here.
pub(crate) async fn call(port: u16, service: &str, method_and_path: &str, kind: &str, body: &[u8]) -> Result<Response> {
    let scope = format!("{ROOT_KEY}/20260101/{REGION}/{service}/aws4_request");
    let headers = format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n",
        body.len()
    );
    send(port, method_and_path.to_owned(), &headers, body).await
}

/// The same to a service that is told its operation by a header.
///
/// # Errors
/// Those of [`call`].
pub(crate) async fn call_json(port: u16, service: &str, target: &str, body: &Value) -> Result<Response> {
    let kind = format!("application/x-amz-json-1.1\r\nX-Amz-Target: {target}");
    call(port, service, "POST /", &kind, body.to_string().as_bytes()).await
}

/// Whether the local AWS answers.
pub(crate) async fn is_ready(port: u16) -> bool {
    get(port, "/_ministack/ready").await.is_ok_and(|answer| answer.status == 200)
}

/// HTTP/1.0: an answer ends with its connection, and never comes in pieces.
async fn send(port: u16, method_and_path: String, headers: &str, body: &[u8]) -> Result<Response> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
    let head = format!("{method_and_path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}\r\n");
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(parsed(&String::from_utf8_lossy(&answer)))
}

fn parsed(answer: &str) -> Response {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    Response { status, head: head.to_owned(), body: body.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parsed("HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\n\r\n{\"a\": 1}\r\n\r\n");
        assert_eq!((answer.status, answer.body.as_str()), (200, "{\"a\": 1}\r\n\r\n"));
        assert!(answer.has_header("x-amz-function-error"));
        assert!(!answer.has_header("x-amz-function"));
        let refused = parsed("HTTP/1.1 404 \r\n\r\nno such function").accepted().unwrap_err();
        assert_eq!(refused.to_string(), "error: HTTP 404: no such function");
    }
}
