//! Plain HTTP to the local AWS, for what is no call of AWS's.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;

/// Asks the local AWS about itself. Answers status and body.
///
/// # Errors
/// Nobody listens, or the connection breaks.
pub(super) async fn get(port: u16, path: &str) -> Result<(u16, String)> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Ok((status, body))
}

/// Whether the local AWS answers.
pub(super) async fn is_ready(port: u16) -> bool {
    get(port, "/_ministack/ready").await.is_ok_and(|(status, _)| status == 200)
}
