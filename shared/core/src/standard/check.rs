//! What types cannot say: values that are well-formed and still impossible.

use super::{Standard, StandardError};

impl Standard {
    /// Refuses impossible values, by path.
    pub(super) fn check(&self, origin: &str) -> Result<(), StandardError> {
        let fail = |path: &str, found: String, allowed: &str| {
            Err(StandardError::Value {
                origin: origin.to_owned(),
                path: path.to_owned(),
                found,
                allowed: allowed.to_owned(),
            })
        };
        if self.version != 1 {
            return fail("version", self.version.to_string(), "this version of Parapet reads 1");
        }
        for (path, bucket) in self.names.buckets() {
            if !is_bucket_name(bucket) {
                return fail(
                    path,
                    format!("`{bucket}`"),
                    "a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens",
                );
            }
        }
        let mut buckets: Vec<&str> = self.names.buckets().iter().map(|(_, bucket)| *bucket).collect();
        buckets.sort_unstable();
        if let Some([same, _]) =
            buckets.windows(2).find_map(|pair| <[&str; 2]>::try_from(pair).ok().filter(|[a, b]| a == b))
        {
            return fail("names", format!("the same bucket `{same}` twice"), "each bucket has a name of its own");
        }
        if !self.names.key_alias.starts_with("alias/") || self.names.key_alias.starts_with("alias/aws/") {
            return fail(
                "names.key_alias",
                format!("`{}`", self.names.key_alias),
                "an alias is `alias/...`, and not `alias/aws/...`, which are AWS's own",
            );
        }
        for (path, retention) in [
            ("buckets.log_retention", self.buckets.log_retention),
            ("buckets.evidence_retention", self.buckets.evidence_retention),
        ] {
            const LONGEST_RETENTION_DAYS: u32 = 36_500;
            if !(1..=LONGEST_RETENTION_DAYS).contains(&retention.days) {
                return fail(path, format!("{} days", retention.days), "1 to 36500 days are possible");
            }
        }
        if self.service.trusted.is_empty() {
            return fail(
                "service.trusted",
                "empty".to_owned(),
                "name at least one service, such as `sagemaker.amazonaws.com`",
            );
        }
        if let Some(odd) =
            self.service.trusted.iter().find(|name| name.contains('*') || !name.contains(".amazonaws.com"))
        {
            return fail(
                "service.trusted",
                format!("`{odd}`"),
                "a service principal is written out, such as `sagemaker.amazonaws.com`",
            );
        }
        if let Some(odd) =
            self.trust.accounts.iter().find(|id| id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()))
        {
            return fail("trust.accounts", format!("`{odd}`"), "an account id has twelve digits, in quotes");
        }
        let touched = [
            ("principals.break_glass", &self.principals.break_glass),
            ("principals.administrators", &self.principals.administrators),
            ("principals.own", &self.principals.own),
        ];
        for (path, names) in touched {
            if let Some(odd) =
                names.iter().find(|name| !["user/", "role/", "group/"].iter().any(|kind| name.starts_with(kind)))
            {
                return fail(
                    path,
                    format!("`{odd}`"),
                    "principals are written `user/name`, `role/name` or `group/name`",
                );
            }
        }
        if let Some(odd) = self.principals.own.iter().find(|name| name.contains(['*', '?'])) {
            return fail(
                "principals.own",
                format!("`{odd}`"),
                "Parapet's own roles are named exactly, without `*` and `?`",
            );
        }
        if self.contest.repairs < 2 || self.contest.window_minutes == 0 {
            return fail(
                "contest",
                format!("{} repairs in {} minutes", self.contest.repairs, self.contest.window_minutes),
                "at least 2 repairs, in at least 1 minute",
            );
        }
        Ok(())
    }
}

fn is_bucket_name(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}
