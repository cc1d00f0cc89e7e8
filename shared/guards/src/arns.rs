use parapet_core::Home;

/// The ARNs of what is named most, in an account and region.
pub trait Arns {
    /// Of an S3 bucket: it has no region and no account.
    fn bucket_arn(&self, bucket: &str) -> String;

    /// Of an IAM resource: it has no region. `path` is for example `role/name`.
    fn iam_arn(&self, path: &str) -> String;

    /// Of a trail whose home is this region.
    fn trail_arn(&self, trail: &str) -> String;
}

impl Arns for Home {
    fn bucket_arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition)
    }

    fn iam_arn(&self, path: &str) -> String {
        self.global_arn("iam", path)
    }

    fn trail_arn(&self, trail: &str) -> String {
        self.regional_arn("cloudtrail", &format!("trail/{trail}"))
    }
}
