//! Amazon S3 as one guard needs it: the default encryption of one bucket, and the objects of the evidence bucket.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::http::{Request, Response};

/// What a new bucket has: Amazon S3 API Reference, GetBucketEncryption: "By default, all buckets have a default encryption configuration that
/// uses server-side encryption with Amazon S3 managed keys (SSE-S3)."
const BY_DEFAULT: &str = "<ServerSideEncryptionConfiguration><Rule>\
    <ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
    <BucketKeyEnabled>false</BucketKeyEnabled>\
    </Rule></ServerSideEncryptionConfiguration>";

/// A request as the documents count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    /// On the guarded bucket.
    Guarded,
    /// On the evidence bucket, by what it does there.
    Evidence(Verb),
}

/// What is done with evidence and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Get,
    Put,
    List,
}

/// The state of the account, and what was asked of it.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    encryption: Option<Vec<u8>>,
    objects: BTreeMap<String, Object>,
    written: u32,
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Object {
    etag: String,
    body: Vec<u8>,
}

impl Storage {
    /// Encryption as by default, which the standard does not accept, and no evidence: so that no event is a repeated one.
    pub(crate) fn weaken(&mut self) {
        self.encryption = None;
        self.objects.clear();
    }

    /// What was asked since this was asked last.
    pub(crate) fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    /// Answers a request, and counts it.
    pub(crate) fn answer(&mut self, request: &Request) -> Response {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let (_, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
        let (method, key) = (request.method.as_str(), decoded(key));
        if parameter(query, "encryption").is_some() {
            self.calls.push(Call::Guarded);
            return self.encryption(method, &request.body);
        }
        let verb = match method {
            "GET" if key.is_empty() => Verb::List,
            "GET" => Verb::Get,
            "PUT" => Verb::Put,
            _ => return refusal(405, "MethodNotAllowed"),
        };
        self.calls.push(Call::Evidence(verb));
        match verb {
            Verb::List => self.list(query),
            Verb::Get => self.get(&key),
            Verb::Put => self.put(key, request),
        }
    }

    fn encryption(&mut self, method: &str, body: &[u8]) -> Response {
        match method {
            "GET" => Response::new(200, self.encryption.clone().unwrap_or_else(|| BY_DEFAULT.into())),
            "PUT" => {
                self.encryption = Some(body.to_vec());
                Response::new(200, "")
            }
            "DELETE" => {
                self.encryption = None;
                Response::new(204, "")
            }
            _ => refusal(405, "MethodNotAllowed"),
        }
    }

    fn get(&self, key: &str) -> Response {
        match self.objects.get(key) {
            Some(object) => Response::new(200, object.body.clone())
                .with("ETag", &object.etag)
                .with("Last-Modified", "Fri, 20 Nov 2026 09:23:07 GMT"),
            None => refusal(404, "NoSuchKey"),
        }
    }

    fn put(&mut self, key: String, request: &Request) -> Response {
        let stored = self.objects.get(&key);
        let has_to_be_absent = request.header("if-none-match").is_some();
        let has_to_be = request.header("if-match");
        let is_other = has_to_be.is_some_and(|etag| stored.is_none_or(|object| object.etag != etag));
        if is_other || (has_to_be_absent && stored.is_some()) {
            return refusal(412, "PreconditionFailed");
        }
        self.written += 1;
        let etag = format!("\"{}\"", self.written);
        self.objects.insert(key, Object { etag: etag.clone(), body: request.body.clone() });
        Response::new(200, "").with("ETag", etag)
    }

    fn list(&self, query: &str) -> Response {
        let prefix = parameter(query, "prefix").unwrap_or_default();
        let after = parameter(query, "start-after").unwrap_or_default();
        let listed = self.objects.keys().filter(|key| key.starts_with(&prefix) && **key > after);
        let contents: String = listed.map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
        Response::new(200, format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"))
    }
}

fn refusal(status: u16, code: &str) -> Response {
    Response::new(status, format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
}

/// A parameter of a query; empty where it has no value.
fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (known, value) = pair.split_once('=').unwrap_or((pair, ""));
        (known == name).then(|| decoded(value))
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(storage: &mut Storage, request: &Request) -> (u16, String) {
        let response = storage.answer(request);
        (response.status, String::from_utf8(response.body).unwrap())
    }

    #[test]
    fn encryption_is_what_was_written_until_it_is_weakened() {
        let mut storage = Storage::default();
        let read = Request::new("GET", "/data?encryption", "");
        assert_eq!(answer(&mut storage, &read), (200, BY_DEFAULT.to_owned()));
        assert_eq!(answer(&mut storage, &Request::new("PUT", "/data?encryption", "<x/>")).0, 200);
        assert_eq!(answer(&mut storage, &read), (200, "<x/>".to_owned()));
        assert_eq!(answer(&mut storage, &Request::new("DELETE", "/data?encryption", "")).0, 204);
        assert_eq!(answer(&mut storage, &read), (200, BY_DEFAULT.to_owned()));
        assert_eq!(storage.take_calls(), [Call::Guarded; 5]);
        assert_eq!(storage.take_calls(), []);
    }

    #[test]
    fn objects_keep_what_s3_promises_of_preconditions() {
        let mut storage = Storage::default();
        let put = || Request::new("PUT", "/evidence/a/b%3A1.json?x-id=PutObject", "{}");
        assert_eq!(answer(&mut storage, &Request::new("GET", "/evidence/a/b%3A1.json", "")).0, 404);
        assert_eq!(answer(&mut storage, &put().with("If-Match", "\"1\"")).0, 412);
        assert_eq!(answer(&mut storage, &put().with("If-None-Match", "*")).0, 200);
        assert_eq!(answer(&mut storage, &put().with("If-None-Match", "*")).0, 412);
        assert_eq!(answer(&mut storage, &put().with("If-Match", "\"1\"")).0, 200);
        assert_eq!(answer(&mut storage, &put().with("If-Match", "\"1\"")).0, 412);
        assert_eq!(answer(&mut storage, &Request::new("GET", "/evidence/a/b%3A1.json", "")).0, 200);
    }

    #[test]
    fn a_list_has_what_lies_under_a_prefix_and_after_a_key() {
        let mut storage = Storage::default();
        for key in ["a/1", "a/2", "b/3"] {
            storage.answer(&Request::new("PUT", &format!("/evidence/{key}"), "{}"));
        }
        let mut listed = |query: &str| {
            let (_, text) = answer(&mut storage, &Request::new("GET", &format!("/evidence?list-type=2&{query}"), ""));
            ["a/1", "a/2", "b/3"].map(|key| text.contains(key))
        };
        assert_eq!(listed("prefix=a%2F"), [true, true, false]);
        assert_eq!(listed("prefix=a%2F&start-after=a%2F1"), [false, true, false]);
    }
}
