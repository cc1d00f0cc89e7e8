use parapet_aws::Connection;

use crate::{ACCOUNT, Lab};

/// The account as an attack finds it. The round tells several runs of the same attack apart.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    lab: &'a Lab,
    round: u32,
}

impl<'a> Scene<'a> {
    /// The account of a lab, in the given round.
    #[must_use]
    pub fn new(lab: &'a Lab, round: u32) -> Self {
        Self { lab, round }
    }

    /// The lab.
    #[must_use]
    pub fn lab(&self) -> &'a Lab {
        self.lab
    }

    /// Calls of the intruder.
    #[must_use]
    pub fn intruder(&self) -> &'a Connection {
        &self.lab.intruder.aws
    }

    /// Calls of the administrator.
    #[must_use]
    pub fn administrator(&self) -> &'a Connection {
        &self.lab.administrator.aws
    }

    /// The bucket of the pipeline's data.
    #[must_use]
    pub fn ml_bucket(&self) -> &'a str {
        self.lab.output("ml_data_bucket")
    }

    /// The bucket that CloudTrail delivers to.
    #[must_use]
    pub fn log_bucket(&self) -> &'a str {
        self.lab.output("log_bucket")
    }

    /// The pipeline's key.
    #[must_use]
    pub fn key_arn(&self) -> &'a str {
        self.lab.output("kms_key_arn")
    }

    /// The trail.
    #[must_use]
    pub fn trail(&self) -> &'a str {
        self.lab.output("trail_arn").rsplit('/').next().unwrap_or_default()
    }

    /// The trail's ARN.
    #[must_use]
    pub fn trail_arn(&self) -> &'a str {
        self.lab.output("trail_arn")
    }

    /// A name of this round.
    #[must_use]
    pub fn named(&self, name: &str) -> String {
        format!("{name}-{}", self.round)
    }

    /// The ARN of a customer managed policy.
    #[must_use]
    pub fn policy_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{ACCOUNT}:policy/{}", self.named(name))
    }
}
