use parapet_core::{Facet, Home, IamEntity, Ignored, Resource, Route, Standard, Trigger};

/// The events that lead here.
pub(super) const EVENTS: &[(&str, &str)] = &[
    (IAM, "PutUserPolicy"),
    (IAM, "PutRolePolicy"),
    (IAM, "PutGroupPolicy"),
    (IAM, "AttachUserPolicy"),
    (IAM, "AttachRolePolicy"),
    (IAM, "AttachGroupPolicy"),
    (IAM, "CreatePolicy"),
    (IAM, "CreatePolicyVersion"),
    (IAM, "SetDefaultPolicyVersion"),
    (IAM, "CreateRole"),
    (IAM, "UpdateAssumeRolePolicy"),
    (S3, "PutBucketPolicy"),
    (S3, "DeleteBucketPolicy"),
];

const IAM: &str = "iam.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

pub(super) fn route(trigger: &Trigger, standard: &Standard, home: &Home) -> Route {
    let routed = match (trigger.event_source.as_str(), trigger.event_name.as_str()) {
        (IAM, "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy") => inline(trigger, standard),
        (IAM, "AttachRolePolicy" | "AttachUserPolicy" | "AttachGroupPolicy") => attachment(trigger, standard, home),
        (IAM, "CreatePolicy" | "CreatePolicyVersion" | "SetDefaultPolicyVersion") => managed(trigger, home),
        (IAM, "CreateRole" | "UpdateAssumeRolePolicy") => trust(trigger, standard),
        (S3, "PutBucketPolicy" | "DeleteBucketPolicy") => bucket_policy(trigger, standard),
        _ => Err(Route::Ignore(Ignored::UnknownEvent(trigger.event_name.clone()))),
    };
    match routed {
        Ok((resource, facet)) => Route::Look(vec![(resource, vec![facet])]),
        Err(elsewhere) => elsewhere,
    }
}

type Routed = Result<(Resource, Facet), Route>;

fn unnamed(what: &str) -> Route {
    Route::Unnamed(format!("the record does not name the {what}"))
}

/// The user, role or group that a request names, unless it is never touched.
fn entity(trigger: &Trigger, standard: &Standard) -> Result<IamEntity, Route> {
    let named = |name| trigger.parameter(name).map(str::to_owned);
    let entity = named("userName")
        .map(IamEntity::User)
        .or_else(|| named("roleName").map(IamEntity::Role))
        .or_else(|| named("groupName").map(IamEntity::Group));
    let entity = entity.ok_or_else(|| unnamed("user, role or group"))?;
    match standard.spares(&entity) {
        Some(why) => Err(Route::Ignore(Ignored::OutOfScope(format!("`{entity}` is {why}")))),
        None => Ok(entity),
    }
}

fn inline(trigger: &Trigger, standard: &Standard) -> Routed {
    let entity = entity(trigger, standard)?;
    let name = trigger.parameter("policyName").ok_or_else(|| unnamed("policy"))?.to_owned();
    Ok((Resource::InlinePolicy { entity, name }, Facet::PolicyDocument))
}

fn attachment(trigger: &Trigger, standard: &Standard, home: &Home) -> Routed {
    let entity = entity(trigger, standard)?;
    let policy_arn = trigger.parameter("policyArn").ok_or_else(|| unnamed("policy"))?.to_owned();
    // A policy of this account is judged by itself, whoever holds it; one of AWS's cannot be changed, only detached.
    let of_aws = policy_arn.split(':').nth(4) == Some("aws");
    if of_aws {
        Ok((Resource::Attachment { entity, policy_arn }, Facet::PolicyAttachment))
    } else {
        own_policy(policy_arn, home)
    }
}

fn managed(trigger: &Trigger, home: &Home) -> Routed {
    let arn = trigger.parameter("policyArn").or_else(|| trigger.answered("policy", "arn")).map(str::to_owned);
    // CreatePolicy names path and name alone, and its answer may have been left out of the record.
    let built = || {
        let name = trigger.parameter("policyName")?;
        Some(home.iam_arn(&format!("policy{}{name}", trigger.parameter("path").unwrap_or("/"))))
    };
    own_policy(arn.or_else(built).ok_or_else(|| unnamed("policy"))?, home)
}

fn own_policy(arn: String, home: &Home) -> Routed {
    match arn.split(':').nth(4) {
        Some(account) if account == home.account => Ok((Resource::ManagedPolicy { arn }, Facet::PolicyDocument)),
        account => Err(Route::Ignore(Ignored::OtherAccount(account.unwrap_or_default().to_owned()))),
    }
}

fn trust(trigger: &Trigger, standard: &Standard) -> Routed {
    match entity(trigger, standard)? {
        IamEntity::Role(name) => Ok((Resource::Role { name }, Facet::RoleTrust)),
        _ => Err(unnamed("role")),
    }
}

fn bucket_policy(trigger: &Trigger, standard: &Standard) -> Routed {
    let bucket = trigger.bucket().ok_or_else(|| unnamed("bucket"))?;
    if standard.covers_bucket(bucket) {
        Ok((Resource::Bucket { name: bucket.to_owned() }, Facet::BucketPolicy))
    } else {
        Err(Route::Ignore(Ignored::OutOfScope(format!("bucket `{bucket}`"))))
    }
}
