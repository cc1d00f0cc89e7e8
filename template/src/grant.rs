//! What the scopes of the permissions are in the template, for each function.

use parapet_aws::permissions::Scope;
use parapet_guards::{GuardName, Names};

use crate::Function;
use crate::document::{boundary, iam, role};

/// What one statement is about: everything in it but its actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) sid: &'static str,
    /// Why it is so, line by line.
    pub(crate) why: &'static [&'static str],
    /// As YAML.
    pub(crate) resources: Vec<String>,
    /// As YAML: what stands behind `Condition:`, in its line or below it.
    pub(crate) condition: Option<String>,
    /// The condition of the stack without which the statement is not there.
    pub(crate) only_if: Option<&'static str>,
}

/// What a scope is for a function: nothing, one statement, or one and another under a condition of the stack. A guard looks after all of a
/// kind in the account and region, bootstrap after what it makes.
pub(crate) fn grant(scope: Scope, function: Function) -> Vec<Grant> {
    let names = Names::default();
    let is_bootstrap = function == Function::Bootstrap;
    let of_guards = |grant: Grant| if let Function::Guard(_) = function { vec![grant] } else { Vec::new() };
    let service_role = format!("role/{}", names.ml_service_role);
    let data_policy = format!("policy/{}", names.ml_data_policy);
    match scope {
        Scope::NoResource => vec![on("Any", ["\"*\""]).because(&["AWS knows no resource for these."])],
        Scope::Everything => vec![on("Read", everything()).because(&[
            "What is there before is kept as it is, so that what differs from it later is known to be new. Reads, and no object's content.",
            "A bucket's ARN has no account. Policies of AWS's are held by principals of the account, and an organization's trails and event",
            "data stores belong to its management account.",
        ])],
        Scope::Bucket if is_bootstrap => pipeline_buckets(&names),
        Scope::Bucket => vec![
            on("Buckets", ["!Sub arn:${AWS::Partition}:s3:::*"])
                .under("{StringEquals: {aws:ResourceAccount: !Ref AWS::AccountId}}"),
        ],
        Scope::PipelineBucket => pipeline_buckets(&names),
        Scope::AccessPoint => of_guards(on("AccessPoints", [here("s3", "accesspoint/*")])),
        Scope::ReplicationRole => of_guards(
            on("ReplicationRoles", [iam("role/*")])
                .under("{StringEquals: {iam:PassedToService: s3.amazonaws.com}}")
                .because(&[
                    "To take one rule out of a replication is to write the others again, with the role that they have. That role S3 has to be",
                    "able to assume already.",
                ]),
        ),
        Scope::Key => vec![
            on("Keys", [here("kms", "key/*"), here("kms", "alias/*")])
                .because(&["A key has no name before its alias, so these name every key of the account and region."]),
        ],
        Scope::KeyPolicy => vec![
            on("KeyPolicy", [here("kms", "key/*")])
                .under("{BoolIfExists: {kms:BypassPolicyLockoutSafetyCheck: \"false\"}}"),
        ],
        Scope::KeyAlias => vec![
            on("Alias", [here("kms", &names.key_alias), here("kms", "key/*")])
                .because(&["The alias, and the key that gets it."]),
        ],
        Scope::Role | Scope::Policy if !is_bootstrap => vec![of_iam()],
        Scope::PolicyGuardRole => of_guards(on("PolicyGuardRole", policy_guard().map(|name| iam(&name))).because(&[
            "The policy guard does not change its own role, nor what bounds it: this one puts both right.",
        ])),
        Scope::Role | Scope::ServiceRole => vec![
            on("Role", [iam(&service_role)])
                .because(&["What bootstrap made comes back when it is deleted or detached, and nothing else is made."]),
        ],
        Scope::ServiceRolePolicy => vec![
            on("Attach", [iam(&service_role)])
                .under(&format!("{{ArnEqualsIfExists: {{iam:PolicyARN: {}}}}}", quoted(&iam(&data_policy))))
                .because(&["IfExists changes nothing on AWS, where the key is always there; emulators leave it out."]),
        ],
        Scope::User | Scope::Group | Scope::Provider | Scope::InstanceProfile => of_guards(of_iam()),
        Scope::Policy | Scope::DataPolicy => vec![on("Policy", [iam(&data_policy)])],
        Scope::AwsPolicy => of_guards(on("AwsManagedPolicies", ["!Sub arn:${AWS::Partition}:iam::aws:policy/*"])),
        Scope::Trail => vec![on("Trail", [trail(&names, is_bootstrap)])],
        Scope::AnyTrail if is_bootstrap => vec![on("Trail", [trail(&names, true)])],
        Scope::AnyTrail => vec![
            on("TrailReads", ["!Sub arn:${AWS::Partition}:cloudtrail:*:*:trail/*"]).because(&[
                "What belongs to an organization belongs to its management account, and a trail of all regions to one of them: it is looked at,",
                "and never written.",
            ]),
        ],
        Scope::EventDataStore => of_guards(on("EventDataStores", [here("cloudtrail", "eventdatastore/*")])),
        Scope::AnyEventDataStore => of_guards(
            on("EventDataStoreReads", ["!Sub arn:${AWS::Partition}:cloudtrail:${AWS::Region}:*:eventdatastore/*"])
                .because(ORGANIZATION),
        ),
        Scope::LakeResource => of_guards(on(
            "Lake",
            ["eventdatastore/*", "channel/*", "dashboard/*"].map(|path| here("cloudtrail", path)),
        )),
        Scope::TrailLogsRole => vec![
            on("Pass", ["!Split [\",\", !Ref TrailLogsRoleArns]"])
                .under("{StringEquals: {iam:PassedToService: cloudtrail.amazonaws.com}}")
                .only_if("HasTrailLogsRoles"),
        ],
        Scope::Repository => of_guards(on("Repositories", [here("ecr", "repository/*")])),
        Scope::StandardObject => vec![
            on("Standard", ["!Sub arn:${AWS::Partition}:s3:::${StandardBucket}/${StandardKey}"])
                .only_if("HasStandardBucket"),
        ],
        Scope::EvidenceObject => vec![on("Evidence", ["/evidence/*", "/state/*"].map(evidence))],
        Scope::EvidenceBucket => vec![on("List", [evidence("")]).because(&[
            "Without a condition on the prefix: GetObject answers \"no such key\" only to who may list the bucket.",
        ])],
        Scope::EvidenceKey => vec![on("S3Key", [here("kms", "key/*")]).under(&through_s3())],
        Scope::TrailBucket => vec![on("Delivered", [delivered(&names, "")])],
        Scope::TrailObject => vec![
            on("DeliveredObjects", [delivered(&names, "/AWSLogs/${AWS::AccountId}/CloudTrail/*")])
                .because(&["What is used is seen there, so that a repair of what was there before does not end it unseen."]),
        ],
        Scope::TrailKey => vec![on("TrailKey", [here("kms", "key/*")]).under(&of_trails())],
        Scope::MemoryKey => vec![on("Mac", ["!GetAtt MemoryKey.Arn"])],
        Scope::OwnLog => vec![on("Logs", [here("logs", &format!("log-group:/aws/lambda/parapet-{}:*", function.name()))])],
        Scope::GuardFunction => vec![
            on("GuardFunctions", GuardName::ALL.iter().map(|guard| here("lambda", &format!("function:parapet-{guard}"))))
                .because(&["To look again at what they left, which they do only for what lies sealed beside the memory."]),
        ],
        Scope::OwnQueue => of_guards(on("DeadLetters", [format!("!GetAtt {}Queue.Arn", function.id())])),
    }
}

/// The policy guard's role, and its boundary.
fn policy_guard() -> [String; 2] {
    let guard = Function::Guard(GuardName::PolicyGuard);
    [role(guard), boundary(guard)]
}

/// What lies in IAM. Each action is about resources of its own kinds alone, so that one statement says the same as one for each kind, in less
/// of what a boundary may hold.
fn of_iam() -> Grant {
    on("Iam", [iam("*")]).because(&[
        "Each of these is about users, roles, groups, policies, instance profiles or providers alone: one statement says what six would.",
    ])
}

const ORGANIZATION: &[&str] =
    &["What belongs to an organization belongs to its management account: it is looked at, and never written."];

/// What an account has, and what of others' stands in it.
fn everything() -> [&'static str; 4] {
    [
        "!Sub arn:${AWS::Partition}:s3:::*",
        "!Sub arn:${AWS::Partition}:*:*:${AWS::AccountId}:*",
        "!Sub arn:${AWS::Partition}:iam::aws:policy/*",
        "!Sub arn:${AWS::Partition}:cloudtrail:*:*:*",
    ]
}

/// Its four buckets, and those that the stack was given besides.
fn pipeline_buckets(names: &Names) -> Vec<Grant> {
    let own = [&names.ml_data_bucket, &names.log_bucket, &names.access_log_bucket, &names.evidence_bucket];
    let arn = |name: &String| {
        quoted(&format!("!Sub arn:${{AWS::Partition}}:s3:::{}", name.replace("{account}-{region}", "*")))
    };
    let own = own.map(arn).join(", ");
    let with_extra = format!("!Split [\",\", !Join [\",\", [{own}, !Ref ExtraBucketArns]]]");
    // In one statement, because the boundary has no room for all of its actions twice.
    vec![
        on("Own", [format!("!If [HasExtraBuckets, {with_extra}, [{own}]]")])
            .because(&["A bucket of the pipeline that was deleted is made again. HeadBucket takes ListBucket."]),
    ]
}

fn trail(names: &Names, is_bootstrap: bool) -> String {
    here("cloudtrail", &if is_bootstrap { format!("trail/{}", names.trail) } else { "trail/*".to_owned() })
}

/// Use of the evidence bucket's key, whichever it is, only through S3 and for that bucket.
fn through_s3() -> String {
    format!(
        "\n    StringEquals: {{kms:ViaService: !Sub \"s3.${{AWS::Region}}.${{AWS::URLSuffix}}\"}}\n    StringLike:\n      \
         kms:EncryptionContext:aws:s3:arn:\n        - {}\n        - {}",
        evidence(""),
        evidence("/*")
    )
}

/// Use of the key of what a trail delivered, only through S3. AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail": what it
/// encrypts has the trail in its encryption context.
fn of_trails() -> String {
    "\n    StringEquals: {kms:ViaService: !Sub \"s3.${AWS::Region}.${AWS::URLSuffix}\"}\n    StringLike: \
     {kms:EncryptionContext:aws:cloudtrail:arn: !Sub \"arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*\"}"
        .to_owned()
}

/// The bucket that the trail delivers to, as it is called by default, or what is in it.
fn delivered(names: &Names, path: &str) -> String {
    let name = names.log_bucket.replace("{account}-{region}", "${AWS::AccountId}-${AWS::Region}");
    format!("!Sub \"arn:${{AWS::Partition}}:s3:::{name}{path}\"")
}

/// The evidence bucket, or what is in it.
fn evidence(path: &str) -> String {
    format!(
        "!If [HasEvidenceBucket, !Sub \"arn:${{AWS::Partition}}:s3:::${{EvidenceBucket}}{path}\", \
         !Sub \"arn:${{AWS::Partition}}:s3:::parapet-evidence-${{AWS::AccountId}}-${{AWS::Region}}{path}\"]"
    )
}

/// A resource of this account and region.
fn here(service: &str, resource: &str) -> String {
    format!("!Sub arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
}

/// `!Sub x` as `!Sub "x"`: inside of braces a `{` of the text would begin a map.
fn quoted(sub: &str) -> String {
    sub.split_once(' ').map_or(sub.to_owned(), |(tag, text)| format!("{tag} \"{text}\""))
}

fn on(sid: &'static str, resources: impl IntoIterator<Item = impl Into<String>>) -> Grant {
    let resources = resources.into_iter().map(Into::into).collect();
    Grant { sid, why: &[], resources, condition: None, only_if: None }
}

impl Grant {
    fn because(self, why: &'static [&'static str]) -> Self {
        Self { why, ..self }
    }

    fn under(self, condition: &str) -> Self {
        let space = if condition.starts_with('\n') { "" } else { " " };
        Self { condition: Some(format!("{space}{condition}")), ..self }
    }

    fn only_if(self, condition: &'static str) -> Self {
        Self { only_if: Some(condition), ..self }
    }
}
