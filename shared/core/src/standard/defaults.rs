//! The values of `standard.yaml`, for what a user's standard leaves out. A test holds the two equal.

use std::collections::BTreeMap;

use super::Standard;
use super::rules::{
    Algorithm, BucketRules, ContestRules, Names, Patterns, Principals, Retention, RetentionMode, Scope, ServiceRules,
    TrailRules, TrustRules,
};

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

impl Default for Standard {
    fn default() -> Self {
        Self {
            version: 1,
            scope: Scope::default(),
            names: Names::default(),
            buckets: BucketRules::default(),
            service: ServiceRules::default(),
            trail: TrailRules::default(),
            trust: TrustRules::default(),
            principals: Principals::default(),
            controls: BTreeMap::new(),
            exemptions: Vec::new(),
            contest: ContestRules::default(),
        }
    }
}

impl Default for Patterns {
    fn default() -> Self {
        Self { include: texts(&["*"]), exclude: Vec::new() }
    }
}

impl Default for Names {
    fn default() -> Self {
        Self {
            key_alias: "alias/parapet-ml".to_owned(),
            ml_data_bucket: "parapet-ml-data-{account}-{region}".to_owned(),
            log_bucket: "parapet-logs-{account}-{region}".to_owned(),
            access_log_bucket: "parapet-access-logs-{account}-{region}".to_owned(),
            evidence_bucket: "parapet-evidence-{account}-{region}".to_owned(),
            ml_service_role: "parapet-ml-service".to_owned(),
            ml_data_policy: "parapet-ml-data".to_owned(),
            trail: "parapet".to_owned(),
        }
    }
}

impl Default for BucketRules {
    fn default() -> Self {
        let year = Retention { mode: RetentionMode::Governance, days: 365 };
        Self {
            encryption: Algorithm::Aes256,
            ml_encryption: Algorithm::Kms,
            log_retention: year,
            evidence_retention: year,
        }
    }
}

impl Default for ServiceRules {
    fn default() -> Self {
        Self { trusted: texts(&["sagemaker.amazonaws.com"]) }
    }
}

impl Default for TrailRules {
    fn default() -> Self {
        Self { insights: texts(&["ApiCallRateInsight", "ApiErrorRateInsight"]) }
    }
}

impl Default for Principals {
    fn default() -> Self {
        let own = [
            "role/parapet-bootstrap",
            "role/parapet-encryption-guard",
            "role/parapet-policy-guard",
            "role/parapet-logging-guard",
        ];
        Self { break_glass: Vec::new(), administrators: Vec::new(), own: texts(&own) }
    }
}

impl Default for ContestRules {
    fn default() -> Self {
        Self { repairs: 20, window_minutes: 60 }
    }
}
