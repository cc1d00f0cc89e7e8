//! Reads the files that people have: policies by themselves, what the AWS CLI prints, CloudFormation templates, Terraform plans.
//!
//! - [`text`]: the text of a file, however it was written; [`tree`] and [`yaml`]: its values with their places.
//! - [`sort`]: what a file is, by its content; [`unread`]: what is not read.
//! - [`walk`], [`account`], [`template`] with [`intrinsics`] and [`made_up`], [`plan`] with [`resource`] and [`blocks`]: the policies of each sort, as [`found`].
//! - [`nested`] with [`configuration`]: documents in a resource; [`serverless`]: what SAM makes; [`attached`] with [`managed`]: policies by their ARN.
//! - [`stream`]: several answers in one file; [`pages`]: an answer that goes on elsewhere.
//! - [`collection`]: what lets somebody in and is no policy of IAM's.
//! - [`unresolved`]: policies with parts that are not known before they are deployed.
//!
//! What is damaged costs the policy that it stands in, and says where; the others are judged.

mod account;
mod attached;
mod blocks;
mod collection;
mod configuration;
mod found;
mod intrinsics;
mod made_up;
mod managed;
mod nested;
mod pages;
mod permission;
mod plan;
mod resource;
mod serverless;
mod sort;
mod stream;
mod template;
mod text;
mod tree;
mod unread;
mod unresolved;
mod walk;
mod yaml;

pub(super) use found::{Found, Piece, Text};
pub(super) use sort::{InputFormat, Sorted, sort};
pub(super) use text::read;
pub(super) use tree::At;
pub(super) use unread::Unread;
pub(super) use unresolved::{Bound, Bounds, Open, bounds, is_open, readable};

use std::collections::BTreeSet;

use account::Account;
use configuration::Configuration;
use tree::{Lines, Node};
use walk::Walk;

use super::json;

/// The account that a stack is taken to be of, where nobody said: none of AWS's.
pub(super) const SOME_ACCOUNT: &str = "000000000000";

/// Hands over the policies of a file, one after the other.
///
/// # Errors
/// What `one` says.
pub(super) fn each<E>(
    sorted: &Sorted<'_>,
    account: &str,
    mut one: impl FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let mut found = Vec::new();
    match sorted {
        Sorted::Document(_) => {}
        Sorted::Account(text, starts) => return Account::of(text, starts).each(one),
        Sorted::Answers(values) => {
            let start = Walk::default();
            let mut without = Vec::new();
            for (i, value) in values.iter().enumerate() {
                let walk = start.entry(i);
                let before = found.len();
                found.extend(walk::twice(value, &walk));
                walk::walk(value, &walk, &mut found);
                if found.len() == before {
                    without.push(walk.piece(value, Text::Open(String::new())));
                }
            }
            // However many they are, they are told once.
            if let Some(first) = without.first() {
                let text = walk::without_policy(without.len());
                found.push(Found::one(Piece { text, ..first.clone() }, None));
            }
            found.extend(pages::rest(values));
        }
        Sorted::Template(root) => found = template::policies(root, account),
        Sorted::Answer(root) => {
            found.extend(walk::twice(root, &Walk::default()));
            walk::walk(root, &Walk::default(), &mut found);
            let pages = if root.items().is_empty() { std::slice::from_ref(root) } else { root.items() };
            found.extend(pages::rest(pages));
        }
        Sorted::Plan(text) => {
            let lines = Lines::of(text);
            let members = json::members_at(text, 0);
            let of =
                |wanted: &'static str| members.iter().filter(move |(key, _)| key == wanted).map(|(_, span)| span.start);
            let configuration = of("configuration").find_map(|start| Some(lines.tree(&json::places_at(text, start)?)));
            let plan = plan::Plan { configuration: Configuration::of(configuration.as_ref()), account };
            let mut seen = BTreeSet::new();
            for start in of("resource_changes") {
                let walk = Walk::default().member("resource_changes");
                for (i, entry) in json::entries_at(text, start).into_iter().enumerate() {
                    if let Some(node) = json::places_at(text, entry.start) {
                        let node = lines.tree(&node);
                        seen.extend(node.get("address").and_then(Node::text).map(str::to_owned));
                        found.extend(walk::twice(&node, &walk.entry(i)));
                        plan.changed(&node, &walk.entry(i), &mut found);
                    }
                    found.drain(..).try_for_each(&mut one)?;
                }
            }
            found.extend(pages::rest_of_plan(text, &members, &lines));
            // What is planned has its change as well; a state as it is shown has none.
            for key in ["planned_values", "values"] {
                for start in of(key) {
                    let node = json::places_at(text, start).map(|node| lines.tree(&node));
                    if let Some(module) = node.as_ref().and_then(|node| node.get("root_module")) {
                        let walk = Walk::default().member(key).member("root_module");
                        found.extend(walk::twice(module, &walk));
                        let is_any = plan.planned(module, &seen, &walk, &mut found);
                        if is_any && key == "planned_values" {
                            found.push(pages::without_changes(lines.at(start)));
                        }
                    }
                }
            }
        }
    }
    found.into_iter().try_for_each(one)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLES: [&str; 9] = [
        include_str!("../../../tests/inputs/stack.yaml"),
        include_str!("../../../tests/inputs/plan.json"),
        include_str!("../../../tests/inputs/account.json"),
        include_str!("../../../tests/inputs/get-role-policy.json"),
        include_str!("../../../tests/inputs/get-bucket-policy.json"),
        "Globals: {Function: {FunctionUrlConfig: {AuthType: !Ref P}}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionUrlConfig: {AuthType: NONE}\n      Policies: [S3CrudPolicy: {BucketName: !Ref B}, IAMFullAccess]\n  A: {Type: 'AWS::Serverless::Api', Properties: {Auth: {ResourcePolicy: {AwsAccountWhitelist: ['1']}}}}\n  S: {Type: 'AWS::CloudFormation::StackSet', Properties: {TemplateBody: '{\"Resources\": {\"S\": {\"Type\": \"AWS::CloudFormation::Stack\"}}}'}}\n",
        r#"{"format_version": "1", "configuration": {"root_module": {"resources": [{"mode": "managed", "type": "aws_iam_role", "name": "r", "expressions": {}}]}},
            "resource_changes": [{"type": "aws_iam_role", "name": "r", "mode": "managed", "change": {"after": {"a": 1}, "after_unknown": {"managed_policy_arns": [true]}}},
            {"type": "aws_api_gateway_rest_api", "change": {"after": {"body": "x-amazon-apigateway-policy: {Statement: []}"}}}], "planned_values": {"root_module": {}}}"#,
        "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%7D%7D",
        r#"{"Resources": {"R": {"Type": "T", "Properties": {"Policy": {"Statement": {"Fn::If": ["c", [], {"Ref": "x"}]}}}}}}"#,
    ];

    /// What is put into a sample: what readers look for, and what is easily broken.
    const PIECES: [&str; 22] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ",",
        ":",
        "\n",
        "- ",
        "  ",
        "!Sub ",
        "!If ",
        "&a ",
        "*a",
        "${",
        "}",
        "Fn::",
        "%7",
        "\u{e000}0\u{e001}",
        "\"Statement\"",
        "ä",
    ];

    const FORMATS: [InputFormat; 6] = [
        InputFormat::Auto,
        InputFormat::Document,
        InputFormat::AwsCli,
        InputFormat::AuthorizationDetails,
        InputFormat::Cloudformation,
        InputFormat::TerraformPlan,
    ];

    /// Reads all that a text has, as far as judging it.
    fn read_all(text: &str) {
        for format in FORMATS {
            let Ok(sorted) = sort(text, format) else { continue };
            let read = each(&sorted, SOME_ACCOUNT, |found| {
                for piece in found.parts.iter().chain(&found.limits) {
                    if let Text::Policy { value, parts, .. } = &piece.text {
                        let _ = readable(value, parts);
                        if let Some(bounds) = bounds(value, parts) {
                            let sides = [bounds.narrow.value, bounds.wide.value];
                            // Nothing of a part is left in what is judged.
                            assert!(!sides.iter().any(is_open), "{sides:?}");
                        }
                    }
                }
                Ok::<(), ()>(())
            });
            assert_eq!(read, Ok(()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_is_damaged_makes_it_panic(
            sample in 0..SAMPLES.len(),
            edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, 0..PIECES.len()), 1..6),
        ) {
            let mut text: Vec<char> = SAMPLES[sample].chars().collect();
            for (at, length, piece) in edits {
                let at = at.index(text.len() + 1);
                let end = (at + length).min(text.len());
                text.splice(at..end, PIECES[piece].chars());
            }
            read_all(&text.into_iter().collect::<String>());
        }
    }

    #[test]
    fn what_is_cut_short_anywhere_is_read_without_a_panic() {
        for sample in SAMPLES {
            let ends = sample.char_indices().map(|(at, _)| at).filter(|at| at % 7 == 0);
            ends.for_each(|end| read_all(&sample[..end]));
        }
    }
}
