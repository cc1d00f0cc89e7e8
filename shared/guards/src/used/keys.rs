//! From where a request came, as far as its record tells: the condition keys that are known of it.
//!
//! What a record does not tell is not known, and never absent. The user agent is left out: whoever sends a request writes it.

use std::net::IpAddr;

use iam_policy::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a record tells of where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct From {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub ip: Option<IpAddr>,
    /// The VPC endpoint that it came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The region that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whether whoever asked had shown a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Mfa>,
    /// Whether it came over TLS for certain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls: bool,
    /// Whether the principal asked by himself, and no service for him.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
}

/// What credentials say of a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mfa {
    /// It was shown.
    Shown,
    /// It was not.
    NotShown,
    /// Nothing: they are a user's own keys. API Gateway Developer Guide, "AWS condition keys that can be used in API Gateway resource
    /// policies", of `aws:MultiFactorAuthPresent`: "Key is present only in requests that are signed using temporary security credentials."
    Untold,
}

/// How long an endpoint's id, and a region's name, can be at most here. AWS's are much shorter.
const MAX_NAME_BYTES: usize = 64;

impl From {
    /// What a record tells.
    #[must_use]
    pub fn of(record: &Value) -> Self {
        let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
        let short = |name: &&str| !name.is_empty() && name.len() <= MAX_NAME_BYTES;
        let mfa = match (text("/userIdentity/sessionContext/attributes/mfaAuthenticated"), text("/userIdentity/type")) {
            (Some("true"), _) => Some(Mfa::Shown),
            (Some("false"), _) => Some(Mfa::NotShown),
            // IAM User Guide, "IAM identifiers": a user's own access keys begin so.
            (None, Some("IAMUser")) if text("/userIdentity/accessKeyId").is_some_and(|id| id.starts_with("AKIA")) => {
                Some(Mfa::Untold)
            }
            _ => None,
        };
        Self {
            ip: text("/sourceIPAddress").and_then(|ip| ip.parse().ok()),
            endpoint: text("/vpcEndpointId").filter(short).filter(|id| id.starts_with("vpce-")).map(str::to_owned),
            region: text("/awsRegion").filter(short).map(str::to_owned),
            mfa,
            tls: text("/tlsDetails/tlsVersion").is_some_and(|version| version.starts_with("TLS")),
            direct: text("/userIdentity/invokedBy").is_none(),
        }
    }

    /// The condition keys that are known by it; an empty list: it is known that the request carried none.
    pub(super) fn context(&self) -> Context {
        let mut context = Context::new();
        let mut tell = |key: &str, values: Vec<String>| context.insert(key.to_owned(), values);
        // "This key is included in the request context, except when the requester uses a VPC endpoint to make the request" (IAM User Guide,
        // AWS global condition context keys, aws:SourceIp).
        match (&self.ip, &self.endpoint) {
            (ip, Some(endpoint)) => {
                tell("aws:SourceVpce", vec![endpoint.clone()]);
                tell("aws:SourceIp", Vec::new());
                ip.map(|ip| tell("aws:VpcSourceIp", vec![ip.to_string()]));
            }
            (Some(ip), None) if is_public(*ip) => {
                tell("aws:SourceIp", vec![ip.to_string()]);
                for key in ["aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp"] {
                    tell(key, Vec::new());
                }
            }
            _ => {}
        }
        if let Some(region) = &self.region {
            tell("aws:RequestedRegion", vec![region.clone()]);
        }
        match self.mfa {
            Some(Mfa::Shown) => drop(tell("aws:MultiFactorAuthPresent", vec!["true".to_owned()])),
            Some(Mfa::NotShown) => {
                tell("aws:MultiFactorAuthPresent", vec!["false".to_owned()]);
                tell("aws:MultiFactorAuthAge", Vec::new());
            }
            Some(Mfa::Untold) => {
                tell("aws:MultiFactorAuthPresent", Vec::new());
                tell("aws:MultiFactorAuthAge", Vec::new());
            }
            None => {}
        }
        if self.tls {
            tell("aws:SecureTransport", vec!["true".to_owned()]);
        }
        if self.direct {
            tell("aws:ViaAWSService", vec!["false".to_owned()]);
            for key in ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"] {
                tell(key, Vec::new());
            }
        }
        context
    }
}

/// Whether an address is one of the internet's: what is not may have come through an endpoint that the record does not name.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.octets()[0] == 100),
        IpAddr::V6(ip) => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()),
    }
}
