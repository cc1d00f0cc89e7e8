//! **The table** of ids that AWS gives: resources that nobody names, so that a pattern of their form names no family of them.
//!
//! A row is what stands behind the account in an ARN. `{h8}` is eight characters of an id, all of one alphabet: hexadecimal digits (`h`), small
//! letters and digits (`l`), capitals and digits (`u`), letters and digits (`a`), digits (`n`); `{v1}` is the one digit that tells a random
//! UUID (RFC 9562, "UUID Version 4"); `{uuid}` is such a UUID, `{region}` the region of the ARN; `*` is a name, or an id of which AWS does not say
//! how it looks.

use std::iter::successors;

/// What a UUID consists of: random ones, as AWS's are.
const UUID: &str = "{h8}-{h4}-4{h3}-{v1}{h3}-{h12}";

/// By the service of the ARN. A type has several rows where ids of several forms are about.
///
/// Sources, beside the pattern of each id in the service's API reference:
///
/// - EC2: "Resource IDs [..] a resource identifier and a hyphen followed by a combination of letters and numbers", 17 of them since 2018 (Amazon EC2
///   User Guide, "Resource IDs"; Amazon EC2 FAQs, "longer EC2 resource IDs"). Those that AWS gives out begin with a zero.
/// - KMS: "key/1234abcd-12ab-34cd-56ef-1234567890ab", and "Multi-Region keys have a distinctive key ID that begins with mrk-" (AWS KMS Developer
///   Guide, "Key identifiers (KeyId)").
/// - Systems Manager: "(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)", `^mw-[0-9a-f]{17}$` (AWS Systems Manager API Reference).
/// - IAM Identity Center: `permissionSet/(sso)?ins-[a-zA-Z0-9-.]{16}/ps-[a-zA-Z0-9-./]{16}` (IAM Identity Center API Reference); identity store:
///   `([0-9a-f]{10}-|)` and a UUID (Identity Store API Reference).
const IDS: &[(&str, &str)] = &[
    ("acm", "certificate/{uuid}"),
    ("acm-pca", "certificate-authority/{uuid}"),
    ("amplify", "apps/d{l13}"),
    ("amplify", "apps/d{l13}/branches/*"),
    ("apigateway", "/restapis/{l10}"),
    ("appsync", "apis/{l26}"),
    ("appconfig", "application/{l7}"),
    ("appconfig", "application/{l7}/environment/{l7}"),
    ("appconfig", "application/{l7}/configurationprofile/{l7}"),
    ("athena", "workgroup/*/session/{uuid}"),
    ("autoscaling", "autoScalingGroup:{uuid}:autoScalingGroupName/*"),
    ("autoscaling", "launchConfiguration:{uuid}:launchConfigurationName/*"),
    ("backup", "backup-plan:{uuid}"),
    ("batch", "job/{uuid}"),
    ("bedrock", "agent/{u10}"),
    ("bedrock", "agent-alias/{u10}/{u10}"),
    ("bedrock", "flow/{u10}"),
    ("bedrock", "guardrail/{l12}"),
    ("bedrock", "knowledge-base/{u10}"),
    ("bedrock", "prompt/{u10}"),
    ("catalog", "product/prod-{l13}"),
    ("cleanrooms", "membership/{uuid}"),
    ("cloud9", "environment:{h32}"),
    ("cloudformation", "stack/*/{uuid}"),
    ("cloudfront", "distribution/E{u13}"),
    ("cloudtrail", "channel/{uuid}"),
    ("cloudtrail", "eventdatastore/{uuid}"),
    ("codeconnections", "connection/{uuid}"),
    ("codestar-connections", "connection/{uuid}"),
    ("cognito-identity", "identitypool/{region}:{uuid}"),
    ("cognito-idp", "userpool/{region}_{a9}"),
    ("config", "config-rule/config-rule-{l6}"),
    ("dataexchange", "jobs/{h32}"),
    ("datapipeline", "pipeline/df-{u20}"),
    ("datasync", "agent/agent-{h17}"),
    ("datasync", "location/loc-{h17}"),
    ("datasync", "task/task-{h17}"),
    ("datazone", "domain/dzd_{l14}"),
    ("datazone", "domain/dzd-{l14}"),
    ("deadline", "farm/farm-{h32}"),
    ("deadline", "farm/farm-{h32}/fleet/fleet-{h32}"),
    ("deadline", "farm/farm-{h32}/fleet/fleet-{h32}/worker/worker-{h32}"),
    ("deadline", "farm/farm-{h32}/queue/queue-{h32}"),
    ("deadline", "farm/farm-{h32}/queue/queue-{h32}/job/job-{h32}"),
    ("deadline", "monitor/monitor-{h32}"),
    ("devicefarm", "project:{uuid}"),
    ("dlm", "policy/policy-{h17}"),
    ("dms", "endpoint:{u26}"),
    ("dms", "task:{u26}"),
    ("ds", "directory/d-{h10}"),
    ("dsql", "cluster/{l26}"),
    ("ec2", "capacity-reservation/cr-{h17}"),
    ("ec2", "client-vpn-endpoint/cvpn-endpoint-{h17}"),
    ("ec2", "customer-gateway/cgw-{h17}"),
    ("ec2", "dedicated-host/h-{h17}"),
    ("ec2", "dhcp-options/dopt-{h17}"),
    ("ec2", "egress-only-internet-gateway/eigw-{h17}"),
    ("ec2", "elastic-ip/eipalloc-{h17}"),
    ("ec2", "fleet/fleet-{uuid}"),
    ("ec2", "image/ami-0{h16}"),
    ("ec2", "image/ami-{h17}"),
    ("ec2", "instance-connect-endpoint/eice-{h17}"),
    ("ec2", "instance/i-0{h16}"),
    ("ec2", "instance/i-{h17}"),
    ("ec2", "internet-gateway/igw-{h17}"),
    ("ec2", "launch-template/lt-0{h16}"),
    ("ec2", "launch-template/lt-{h17}"),
    ("ec2", "natgateway/nat-{h17}"),
    ("ec2", "network-acl/acl-{h17}"),
    ("ec2", "network-interface/eni-{h17}"),
    ("ec2", "replace-root-volume-task/replacevol-{h17}"),
    ("ec2", "route-table/rtb-{h17}"),
    ("ec2", "security-group-rule/sgr-{h17}"),
    ("ec2", "security-group/sg-{h17}"),
    ("ec2", "snapshot/snap-0{h16}"),
    ("ec2", "snapshot/snap-{h17}"),
    ("ec2", "spot-fleet-request/sfr-{uuid}"),
    ("ec2", "subnet/subnet-{h17}"),
    ("ec2", "transit-gateway-attachment/tgw-attach-{h17}"),
    ("ec2", "transit-gateway-route-table/tgw-rtb-{h17}"),
    ("ec2", "transit-gateway/tgw-{h17}"),
    ("ec2", "volume/vol-0{h16}"),
    ("ec2", "volume/vol-{h17}"),
    ("ec2", "vpc-endpoint-service/vpce-svc-{h17}"),
    ("ec2", "vpc-endpoint/vpce-{h17}"),
    ("ec2", "vpc-flow-log/fl-0{h16}"),
    ("ec2", "vpc-flow-log/fl-{h17}"),
    ("ec2", "vpc-peering-connection/pcx-{h17}"),
    ("ec2", "vpc/vpc-{h17}"),
    ("ec2", "vpn-connection/vpn-{h17}"),
    ("ec2", "vpn-gateway/vgw-{h17}"),
    ("ecs", "task/*/{h32}"),
    ("ecs", "task/{h32}"),
    ("ecs", "task/{uuid}"),
    ("elasticfilesystem", "file-system/fs-{h17}"),
    ("elasticmapreduce", "cluster/j-{u13}"),
    ("elasticmapreduce", "cluster/j-{u13}/session/*"),
    ("elasticmapreduce", "editor/e-{u25}"),
    ("elasticmapreduce", "studio/es-{u25}"),
    ("emr-containers", "/virtualclusters/{l25}"),
    ("emr-containers", "/virtualclusters/{l25}/endpoints/{l13}"),
    ("emr-serverless", "/applications/00{l14}"),
    ("emr-serverless", "/applications/00{l14}/sessions/*"),
    ("events", "endpoint/{l10}.{l3}"),
    ("fis", "experiment-template/EXT{a15}"),
    ("fis", "experiment/EXP{a15}"),
    ("gamelift", "containerfleet/containerfleet-{uuid}"),
    ("gamelift", "fleet/fleet-{uuid}"),
    ("gamelift", "script/script-{uuid}"),
    ("gameliftstreams", "application/a-{a9}"),
    ("gameliftstreams", "streamgroup/sg-{a9}"),
    ("glue", "mlTransform/tfm-{h40}"),
    ("grafana", "/workspaces/g-{h10}"),
    ("greengrass", "/greengrass/groups/{uuid}"),
    ("guardduty", "detector/{h32}"),
    ("guardduty", "malware-protection-plan/{h20}"),
    ("healthlake", "datastore/fhir/{h32}"),
    ("identitystore", "group/{h10}-{uuid}"),
    ("identitystore", "group/{uuid}"),
    ("identitystore", "identitystore/d-{h10}"),
    ("identitystore", "user/{h10}-{uuid}"),
    ("identitystore", "user/{uuid}"),
    ("iot", "cacert/{h64}"),
    ("iot", "cert/{h64}"),
    ("iotsitewise", "portal/{uuid}"),
    ("iotsitewise", "project/{uuid}"),
    ("kafka", "cluster/*/{uuid}-{n1}"),
    ("kendra", "index/{uuid}"),
    ("kendra", "index/{uuid}/data-source/{uuid}"),
    ("kendra", "index/{uuid}/experience/{uuid}"),
    ("kms", "key/{uuid}"),
    ("kms", "key/mrk-{h32}"),
    ("lambda", "event-source-mapping:{uuid}"),
    ("lex", "bot/{u10}"),
    ("lex", "bot-alias/{u10}/{u10}"),
    ("license-manager", "license-configuration:lic-{h32}"),
    ("logs", "delivery:{a16}"),
    ("medialive", "channel:{n7}"),
    ("medialive", "input:{n7}"),
    ("medical-imaging", "datastore/{h32}"),
    ("mobiletargeting", "apps/{h32}"),
    ("mobiletargeting", "apps/{h32}/campaigns/{h32}"),
    ("mobiletargeting", "apps/{h32}/journeys/{h32}"),
    ("neptune-graph", "graph/g-{l10}"),
    ("omics", "referenceStore/{n10}"),
    ("omics", "run/{n7}"),
    ("omics", "sequenceStore/{n10}"),
    ("omics", "workflow/{n7}"),
    ("organizations", "account/o-{l10}/{n12}"),
    ("organizations", "handshake/o-{l10}/*/h-{l32}"),
    ("organizations", "ou/o-{l10}/ou-{l4}-{l8}"),
    ("organizations", "policy/o-{l10}/*/p-{l8}"),
    ("organizations", "root/o-{l10}/r-{l4}"),
    ("qbusiness", "application/{uuid}"),
    ("qbusiness", "application/{uuid}/index/{uuid}"),
    ("qbusiness", "application/{uuid}/index/{uuid}/data-source/{uuid}"),
    ("qbusiness", "application/{uuid}/plugin/{uuid}"),
    ("ram", "resource-share/{uuid}"),
    ("rds-db", "dbuser:cluster-{u26}/*"),
    ("rds-db", "dbuser:db-{u26}/*"),
    ("redshift", "namespace:{uuid}"),
    ("redshift-serverless", "namespace/{uuid}"),
    ("redshift-serverless", "workgroup/{uuid}"),
    ("resiliencehub", "app/{uuid}"),
    ("rolesanywhere", "crl/{uuid}"),
    ("rolesanywhere", "profile/{uuid}"),
    ("rolesanywhere", "subject/{uuid}"),
    ("rolesanywhere", "trust-anchor/{uuid}"),
    ("route53", "healthcheck/{uuid}"),
    ("route53", "hostedzone/Z{u20}"),
    ("s3", "access-grants/default/grant/{uuid}"),
    ("s3", "access-grants/default/location/{uuid}"),
    ("s3", "job/{uuid}"),
    ("s3-outposts", "outpost/op-{h17}/accesspoint/*"),
    ("s3-outposts", "outpost/op-{h17}/bucket/*"),
    ("s3-outposts", "outpost/op-{h17}/bucket/*/object/*"),
    ("s3files", "file-system/fs-{h17}"),
    ("s3tables", "bucket/*/table/{uuid}"),
    ("sagemaker", "app/d-{l12}/*/*/*"),
    ("sagemaker", "cluster/{l12}"),
    ("sagemaker", "domain/d-{l12}"),
    ("sagemaker", "space/d-{l12}/*"),
    ("sagemaker", "user-profile/d-{l12}/*"),
    ("securitylake", "subscriber/{uuid}"),
    ("sms-voice", "phone-number/phone-{h32}"),
    ("sms-voice", "pool/pool-{h32}"),
    ("ssm", "association/{uuid}"),
    ("ssm", "automation-execution/{uuid}"),
    ("ssm", "maintenancewindow/mw-0{h16}"),
    ("ssm", "maintenancewindow/mw-{h17}"),
    ("ssm", "managed-instance/mi-0{h16}"),
    ("ssm", "managed-instance/mi-{h17}"),
    ("ssm", "opsitem/oi-{h12}"),
    ("ssm", "windowtask/{uuid}"),
    ("sso", "account/{n12}"),
    ("sso", "application/ssoins-{l16}/apl-{l16}"),
    ("sso", "instance/ssoins-{l16}"),
    ("sso", "permissionSet/ssoins-{l16}/ps-{l16}"),
    ("storagegateway", "gateway/sgw-{u8}"),
    ("storagegateway", "share/share-{u8}"),
    ("transfer", "agreement/s-{h17}/a-{h17}"),
    ("transfer", "connector/c-{h17}"),
    ("transfer", "profile/p-{h17}"),
    ("transfer", "server/s-{h17}"),
    ("transfer", "user/s-{h17}/*"),
    ("transfer", "webapp/webapp-{h17}"),
    ("wisdom", "assistant/{uuid}"),
    ("workmail", "organization/m-{h32}"),
    ("workspaces", "directory/d-{h10}"),
    ("workspaces", "workspace/ws-{l9}"),
    ("workspaces", "workspacebundle/wsb-{l9}"),
    ("workspaces", "workspaceimage/wsi-{l9}"),
    ("workspaces", "workspacespool/wspool-{l9}"),
];

/// The alphabets, by their letter. The one begins with which examples do.
const ALPHABETS: [(char, &str); 6] = [
    ('h', "1023456789abcdef"),
    ('l', "1023456789abcdefghijklmnopqrstuvwxyz"),
    ('u', "1023456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ('a', "1023456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ('n', "1023456789"),
    ('v', "89ab"),
];

/// A piece of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A name.
    Name,
    /// So many characters of an alphabet.
    Id(&'static str, usize),
}

/// How the ARNs of a type look, of which the ids are AWS's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::judge) struct Form(Vec<Piece>);

impl Form {
    /// How many of its ARNs stand for all, each with another character; `None`: it has a name, for which there are more.
    pub(in crate::judge) fn size(&self) -> Option<usize> {
        let length = |piece: &Piece| match piece {
            Piece::Text(_) => Some(0),
            Piece::Name => None,
            Piece::Id(alphabet, _) => Some(alphabet.len()),
        };
        self.0.iter().map(length).try_fold(0, |most, length| Some(most.max(length?)))
    }

    /// What all its ARNs begin with, and the alphabet of the id that follows; `None`: a name follows.
    pub(in crate::judge) fn start(&self) -> Option<(&str, &'static str)> {
        match self.0.as_slice() {
            [Piece::Text(start), Piece::Id(alphabet, _), ..] => Some((start, alphabet)),
            _ => None,
        }
    }

    /// One of its ARNs, by its number: the first is an example, in each other one character is repeated.
    pub(in crate::judge) fn filled(&self, number: usize, name: &str) -> String {
        let characters = |alphabet: &'static str, count: usize| -> String {
            let mut from = alphabet.chars().cycle().skip(number);
            if number == 0 { from.take(count).collect() } else { from.next().into_iter().cycle().take(count).collect() }
        };
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Name => name.to_owned(),
            Piece::Id(alphabet, count) => characters(alphabet, *count),
        };
        self.0.iter().map(piece).collect()
    }
}

/// The forms of a type, by its ARN with `*` for what is to be made up; none: its resources have names.
pub(in crate::judge) fn forms(template: &str) -> Vec<Form> {
    let Some((at, _)) = template.match_indices(':').nth(4) else { return Vec::new() };
    let (Some(start), Some(own)) = (template.get(..=at), template.get(at + 1..)) else { return Vec::new() };
    let mut parts = start.split(':').skip(2);
    let (service, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let of_type =
        IDS.iter().filter(|(of, row)| *of == service && row.contains('{')).filter_map(|(_, row)| with(own, row));
    of_type
        .map(|row| Form(pieces(&format!("{start}{row}").replace("{uuid}", UUID).replace("{region}", region))))
        .collect()
}

/// What stands behind the account in a template, with the ids of a row for its wildcards, if it is of the row's type.
fn with(own: &str, row: &str) -> Option<String> {
    let (mut own, mut row) = (own.split('/'), row.split('/'));
    let segments = successors(Some((own.next(), row.next())), |_| Some((own.next(), row.next())));
    let mut all = Vec::new();
    for segment in segments {
        match segment {
            (None, None) => return Some(all.join("/")),
            (Some(own), Some(row)) => all.push(segment_of(own, row)?),
            _ => return None,
        }
    }
    None
}

fn segment_of<'t>(own: &'t str, row: &'t str) -> Option<&'t str> {
    match own.split_once('*') {
        // A template that names one already is about that one.
        None => (own == row || row.contains('{')).then_some(own),
        Some((before, behind)) => {
            let is_of = row.strip_prefix(before).is_some_and(|form| !form.is_empty());
            // Of several wildcards the row says what each is.
            (is_of && (behind.is_empty() || row.split(':').count() == own.split(':').count())).then_some(row)
        }
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '*']) {
        let (before, from) = rest.split_at(at);
        all.push(Piece::Text(before.to_owned()));
        let Some((hole, behind)) = from.strip_prefix('{').and_then(|from| from.split_once('}')) else {
            all.push(Piece::Name);
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        let count = hole.get(1..).and_then(|count| count.parse().ok()).unwrap_or(1);
        let alphabet = ALPHABETS.iter().find(|(letter, _)| hole.starts_with(*letter));
        all.extend(alphabet.map(|(_, alphabet)| Piece::Id(alphabet, count)));
        rest = behind;
    }
    all.push(Piece::Text(rest.to_owned()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn each_row_is_a_type_of_the_catalogue() {
        let templates: BTreeSet<&str> = catalogue::all().into_iter().flat_map(|id| id.resource_templates()).collect();
        for (service, row) in IDS {
            let is_of = |template: &&&str| {
                let own = template.match_indices(':').nth(4).and_then(|(at, _)| template.get(at + 1..));
                template.split(':').nth(2) == Some(service)
                    && own.is_some_and(|own| with(own, row).as_deref() == Some(row))
            };
            assert!(templates.iter().find(is_of).is_some(), "{service} {row}");
            assert!(row.contains('{'), "{service} {row}");
        }
    }

    #[test]
    fn each_hole_is_of_an_alphabet() {
        for (service, row) in IDS {
            let filled = row.replace("{uuid}", UUID).replace("{region}", "r");
            let found = pieces(&filled).iter().filter(|piece| matches!(piece, Piece::Id(..))).count();
            assert_eq!(found, filled.matches('{').count(), "{service} {row}");
        }
    }

    #[track_caller]
    fn check(template: &str, number: usize, expected: &[&str]) {
        let found: Vec<String> = forms(template).iter().map(|form| form.filled(number, "name")).collect();
        assert_eq!(found, expected, "{template}");
    }

    #[test]
    fn made_up_ids() {
        let key = "arn:aws:kms:us-east-1:123456789012:key";
        check(
            &format!("{key}/*"),
            0,
            &[
                &format!("{key}/10234567-1023-4102-8102-1023456789ab"),
                &format!("{key}/mrk-1023456789abcdef1023456789abcdef"),
            ],
        );
        check(
            &format!("{key}/*"),
            10,
            &[&format!("{key}/aaaaaaaa-aaaa-4aaa-aaaa-aaaaaaaaaaaa"), &format!("{key}/mrk-{}", "a".repeat(32))],
        );
        check("arn:aws:sagemaker:r:1:user-profile/*/*", 1, &["arn:aws:sagemaker:r:1:user-profile/d-000000000000/name"]);
        check(
            "arn:aws:sso:::permissionSet/ssoins-1/*",
            1,
            &["arn:aws:sso:::permissionSet/ssoins-1/ps-0000000000000000"],
        );
        check(
            "arn:aws:cognito-identity:r:1:identitypool/*",
            1,
            &["arn:aws:cognito-identity:r:1:identitypool/r:00000000-0000-4000-9000-000000000000"],
        );
        check("arn:aws:iam::1:role/*", 1, &[]);
        check("arn:aws:kms:r:1:alias/*", 1, &[]);
        check("*", 1, &[]);
    }
}
