//! HTTP/1.1 from the server's side, as far as the two clients in a function need it: requests with a length, over connections that are
//! kept.

use std::time::Instant;

use parapet_console::{Result, Trouble};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How many headers a request may have. The SDK's have some twenty.
const MOST_HEADERS: usize = 64;

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When all of it was here.
    pub(crate) arrived: Instant,
}

impl Request {
    /// A request without headers.
    #[cfg(test)]
    pub(crate) fn new(method: &str, target: &str, body: &str) -> Self {
        let (method, target) = (method.to_owned(), target.to_owned());
        Self { method, target, headers: Vec::new(), body: body.as_bytes().to_vec(), arrived: Instant::now() }
    }

    /// The same with a header.
    #[cfg(test)]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// An answer without headers of its own.
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A connection that a client has made.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Small answers are not held back for later ones: that would be counted as the function's time.
    pub(crate) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// The next request; none when the client has closed the connection.
    pub(crate) async fn request(&mut self) -> Result<Option<Request>> {
        loop {
            if let Some((request, length)) = parsed(&self.received)? {
                self.received.drain(..length);
                return Ok(Some(request));
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Answers it.
    pub(crate) async fn answer(&mut self, response: Response) -> Result<()> {
        let mut text = format!("HTTP/1.1 {} -\r\nContent-Length: {}\r\n", response.status, response.body.len());
        for (name, value) in &response.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&response.body);
        Ok(self.stream.write_all(&bytes).await?)
    }
}

/// The request that these bytes begin with, and how long it is; none as long as there is more to come.
fn parsed(received: &[u8]) -> Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(body_at) = head.parse(received)? else { return Ok(None) };
    let (method, target) = (head.method.unwrap_or_default().to_owned(), head.path.unwrap_or_default().to_owned());
    let headers = head.headers.iter();
    let headers = headers.map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()));
    let mut request = Request { method, target, headers: headers.collect(), body: Vec::new(), arrived: Instant::now() };
    if request.header("transfer-encoding").is_some() {
        return Err(Trouble::new("a request comes in pieces, which the bench does not read"));
    }
    let length = request.header("content-length").map(str::parse::<usize>).transpose()?.unwrap_or_default();
    let end = body_at.saturating_add(length);
    let Some(body) = received.get(body_at..end) else { return Ok(None) };
    request.body = body.to_vec();
    Ok(Some((request, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_once_it_is_all_there() {
        let whole = b"PUT /b?encryption HTTP/1.1\r\nHost: h\r\ncontent-length: 3\r\n\r\n<a>GET";
        for end in 0..whole.len() - 3 {
            assert!(parsed(&whole[..end]).unwrap().is_none(), "{end}");
        }
        let (request, length) = parsed(whole).unwrap().unwrap();
        assert_eq!(&whole[length..], b"GET");
        assert_eq!((request.method.as_str(), request.target.as_str()), ("PUT", "/b?encryption"));
        assert_eq!((request.header("Content-Length"), request.header("etag")), (Some("3"), None));
        assert_eq!(request.body, b"<a>");
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        assert!(parsed(b"\0\r\n\r\n").is_err());
        assert!(parsed(b"PUT / HTTP/1.1\r\ncontent-length: many\r\n\r\n").is_err());
        assert!(parsed(b"PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
