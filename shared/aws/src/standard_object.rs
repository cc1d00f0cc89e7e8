//! A standard as an object in S3.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use parapet_core::{ErrorKind, Home, WorldError};
use parapet_guards::{MAX_STANDARD_BYTES, ObjectLocation};

use crate::Connection;
use crate::failure::{broken, failed};

/// One version of the object that holds a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardObject {
    /// What it says.
    pub text: String,
    /// Its entity tag.
    pub etag: String,
    /// Its version; none: the bucket keeps no versions.
    pub version_id: Option<String>,
}

/// One version of an object that should hold a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundObject {
    /// What it says, or why that cannot be a standard: it is too large or no text.
    pub text: Result<String, String>,
    /// Its entity tag.
    pub etag: String,
    /// Its version; none: the bucket keeps no versions.
    pub version_id: Option<String>,
}

/// What is done, for errors.
const STEP: &str = "read the standard";

impl StandardObject {
    /// Reads it from a bucket of the home account; none: it still has the entity tag `unless`. It is no call on a guarded resource, and
    /// not counted as one.
    ///
    /// # Errors
    /// It is not there, cannot be read, is too large or no text.
    pub async fn read(
        connection: &Connection,
        home: &Home,
        location: &ObjectLocation,
        unless: Option<&str>,
    ) -> Result<Option<Self>, WorldError> {
        let Some(found) = found(connection, home, location, unless).await? else { return Ok(None) };
        let FoundObject { text, etag, version_id } = found;
        let text = text.map_err(|why| broken(STEP, &format!("`{location}`"), ErrorKind::Unreadable, why))?;
        Ok(Some(Self { text, etag, version_id }))
    }

    /// Reads what is there, be it no standard; none: nothing is, as far as the caller may know.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn find(
        connection: &Connection,
        home: &Home,
        location: &ObjectLocation,
    ) -> Result<Option<FoundObject>, WorldError> {
        match found(connection, home, location, None).await {
            Err(error) if error.message.starts_with("NoSuchKey") => Ok(None),
            found => found,
        }
    }

    /// Puts a text in its place, encrypted by S3 itself, and answers the new version. `over`: the entity tag of what it takes the place of, which nobody may have
    /// changed meanwhile; none: nothing is there.
    ///
    /// # Errors
    /// It cannot be written, or is not any more what it was.
    pub async fn write(
        connection: &Connection,
        home: &Home,
        location: &ObjectLocation,
        text: &str,
        over: Option<&str>,
    ) -> Result<Option<String>, WorldError> {
        let put = connection.evidence().put_object().bucket(&location.bucket).key(&location.key);
        let put = match over {
            Some(etag) => put.if_match(etag),
            None => put.if_none_match("*"),
        };
        let put = put.expected_bucket_owner(&home.account).content_type("application/yaml");
        // Whatever key the bucket has for others, the functions' roles may use none of them for this.
        let put = put.server_side_encryption(ServerSideEncryption::Aes256);
        let answer = put.body(ByteStream::from(text.as_bytes().to_vec())).send().await;
        let answer = answer.map_err(|error| failed("write the standard", &format!("`{location}`"), error))?;
        Ok(answer.version_id.filter(|id| id != UNVERSIONED))
    }
}

/// Amazon S3 User Guide, "Working with objects in a versioning-suspended bucket": what is written there has the version `null`, and the
/// next one takes its place.
const UNVERSIONED: &str = "null";

async fn found(
    connection: &Connection,
    home: &Home,
    location: &ObjectLocation,
    unless: Option<&str>,
) -> Result<Option<FoundObject>, WorldError> {
    /// RFC 9110, 15.4.5. To the SDK it is an error like others.
    const NOT_MODIFIED: u16 = 304;
    let subject = format!("`{location}`");
    let get = connection.evidence().get_object().bucket(&location.bucket).key(&location.key);
    let get = get.set_version_id(location.version_id.clone()).set_if_none_match(unless.map(str::to_owned));
    let answer = match get.expected_bucket_owner(&home.account).send().await {
        Ok(answer) => answer,
        Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == NOT_MODIFIED) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(STEP, &subject, error)),
    };
    let (etag, version_id) = (answer.e_tag.unwrap_or_default(), answer.version_id.filter(|id| id != UNVERSIONED));
    // Not read to its end, which may be far.
    let text = match answer.content_length.map(usize::try_from) {
        Some(Ok(bytes)) if bytes <= MAX_STANDARD_BYTES => {
            let body = answer.body.collect().await;
            let body = body.map_err(|error| broken(STEP, &subject, ErrorKind::Transient, error.to_string()))?.to_vec();
            String::from_utf8(body).map_err(|error| format!("it is no text: {error}"))
        }
        Some(Ok(bytes)) => Err(format!("it has {bytes} bytes; at most {MAX_STANDARD_BYTES} are read")),
        Some(Err(_)) | None => Err("it does not say how long it is".to_owned()),
    };
    Ok(Some(FoundObject { text, etag, version_id }))
}
