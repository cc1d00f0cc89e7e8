//! What the standard would have to say for somebody from outside to be meant.

use std::collections::BTreeSet;

use iam_policy::{
    Arn, Breach, Delivery, Document, Outsiders, PrincipalElement, PrincipalType, Principals, Statement, Violation,
    ViolationKind, delivery_of,
};

/// A line of the standard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    /// What to write.
    pub(crate) words: String,
    /// Whether it names an organization or an account: that may be the account's own, or one beside it.
    pub(crate) may_be_own: bool,
}

impl Line {
    fn of(words: String) -> Self {
        Self { words, may_be_own: false }
    }

    fn of_ours(words: String) -> Self {
        Self { words, may_be_own: true }
    }
}

/// The line of the standard for somebody from outside whom a document names, each once; none: whatever it could say would let in others, too.
pub(crate) fn line(document: &Document, violation: &Violation) -> Option<Line> {
    let (ViolationKind::ForeignPrincipal, Breach::Entrance { outsiders: Outsiders::Named(names), .. }) =
        (violation.kind, &violation.breach)
    else {
        return None;
    };
    let statements = document.statements();
    let names = names.iter().filter(|name| delivery_of(name).is_none());
    let of = |name: &String| of_principal(statements, name).or_else(|| of_condition(statements, name));
    let lines: BTreeSet<Line> = names.filter_map(of).collect();
    let may_be_own = lines.iter().any(|line| line.may_be_own);
    let words: Vec<String> = lines.into_iter().map(|line| line.words).collect();
    (!words.is_empty()).then(|| Line { words: words.join(", "), may_be_own })
}

/// What is to be said of AWS's own accounts that a document lets do more than they need; none: it names none.
pub(crate) fn delivering(violation: &Violation) -> Option<String> {
    let (ViolationKind::ForeignPrincipal, Breach::Entrance { outsiders: Outsiders::Named(names), .. }) =
        (violation.kind, &violation.breach)
    else {
        return None;
    };
    let said = names.iter().filter_map(|name| {
        let Delivery { what, actions, .. } = delivery_of(name)?;
        let needed = actions.join(" and ");
        Some(format!(
            "`{name}` is of AWS itself and delivers {what}: that takes {needed} on a bucket that is not the pipeline's, and nothing else"
        ))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn of_principal(statements: &[Statement], name: &str) -> Option<Line> {
    let listed = statements.iter().filter_map(|statement| match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(entries)) => Some(entries),
        _ => None,
    });
    let kind = listed.flatten().find(|entry| entry.value == name)?.kind;
    let (account, resource) = Arn::parse(name).map_or((name, name), |arn| (arn.account, arn.resource));
    match kind {
        PrincipalType::Aws if account == "cloudfront" => identity(name.rsplit(' ').next()?),
        PrincipalType::Aws => self::account(account),
        PrincipalType::CanonicalUser => identity(name),
        PrincipalType::Federated => of_provider(statements, resource),
        PrincipalType::Service => None,
    }
}

/// Of a provider's tokens, those that the policy asks for; of one of which it asks nothing, all.
fn of_provider(statements: &[Statement], name: &str) -> Option<Line> {
    let issuer = name.strip_prefix("oidc-provider/").unwrap_or(name).to_ascii_lowercase();
    let conditions = statements.iter().flat_map(|statement| &statement.conditions);
    let claims = conditions.filter(|condition| !condition.operator.negated).filter_map(|condition| {
        let (of, claim) = condition.key.rsplit_once(':')?;
        of.eq_ignore_ascii_case(&issuer).then_some((claim, condition.values.first()?))
    });
    // The audience says whose a token is only where AWS itself is the provider.
    let is_own = name.contains("-provider/");
    let mut telling = claims.filter(|(claim, _)| !is_own || !claim.eq_ignore_ascii_case("aud"));
    match telling.next() {
        Some((claim, value)) => subject(&issuer, claim, value),
        None => is_own.then(|| Line::of(format!("providers: [{name}]"))),
    }
}

fn of_condition(statements: &[Statement], name: &str) -> Option<Line> {
    let mut conditions = statements.iter().flat_map(|statement| &statement.conditions);
    let key = conditions.find(|condition| condition.values.iter().any(|value| value == name))?.key.to_ascii_lowercase();
    let service = key.split_once(':').map_or(key.as_str(), |(service, _)| service);
    match key.as_str() {
        "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "vpc-lattice-svcs:sourcevpc" => {
            Some(Line::of(format!("networks: ['{name}']")))
        }
        "aws:sourcevpcarn" => {
            let id = name.split_once(":vpc/").map(|(_, id)| id).filter(|id| !id.contains(['*', '?']))?;
            Some(Line::of(format!("networks: ['{id}']")))
        }
        "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths" | "vpc-lattice-svcs:sourcevpcowneraccount" => {
            let id = name.split('/').next().filter(|id| !id.contains(['*', '?', '$']))?;
            Some(Line::of(format!("networks: ['{id}']")))
        }
        "aws:userid" => identity(name.split(':').next()?),
        "lambda:eventsourcetoken" => identity(name),
        _ if key.contains("org") => {
            let organization = name.split('/').next().filter(|id| id.starts_with("o-") && !id.contains(['*', '?']));
            organization.map(|id| Line::of_ours(format!("organizations: [{id}]")))
        }
        _ if service.contains('.') || service == "saml" => {
            let (provider, claim) = key.rsplit_once(':')?;
            subject(provider, claim, name)
        }
        _ => account(Arn::account_in(name)),
    }
}

/// A wildcard behind a name that was begun lets in whoever has a name that begins so.
fn subject(provider: &str, claim: &str, pattern: &str) -> Option<Line> {
    let begin = pattern.split(['*', '?']).next().unwrap_or_default();
    let is_closed = begin == pattern || begin.ends_with(['/', ':', '|']);
    let words = || format!("subjects: [{{provider: {provider}, claim: {claim}, pattern: '{pattern}'}}]");
    is_closed.then(|| Line::of(words()))
}

fn account(number: &str) -> Option<Line> {
    let is_account = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| Line::of_ours(format!("accounts: ['{number}']")))
}

fn identity(id: &str) -> Option<Line> {
    (!id.contains(['*', '?'])).then(|| Line::of(format!("identities: [{id}]")))
}

#[cfg(test)]
mod tests {
    use iam_policy::{Holding, Judgement, Known, PolicyKind, Rules, TrustZone, judge};
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(kind: PolicyKind, statement: Value, expected: &[&str]) {
        let document =
            Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).expect("a policy");
        let zone = TrustZone { known: Some(Known::default()), ..TrustZone::new("111111111111") };
        let rules = Rules::of(zone, [ViolationKind::ForeignPrincipal]);
        let Judgement::Decided(found) = judge(&Holding::of(&[&document], kind), &rules) else { panic!("undetermined") };
        let said: Vec<String> = found.iter().filter_map(|violation| Some(line(&document, violation)?.words)).collect();
        assert_eq!(said, expected, "{found:?}");
    }

    fn bucket(principal: Value, condition: Value) -> Value {
        json!({
            "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
            "Condition": condition
        })
    }

    #[test]
    fn of_resource_policies() {
        let if_equal = |key: &str, value: &str| bucket(json!("*"), json!({"StringEquals": {key: value}}));
        let check = |statement: Value, expected: &str| check(PolicyKind::Resource, statement, &[expected]);
        check(if_equal("aws:SourceVpce", "vpce-1"), "networks: ['vpce-1']");
        check(if_equal("aws:VpceAccount", "111111111111"), "networks: ['111111111111']");
        check(if_equal("aws:VpceOrgID", "o-abcdefghij"), "networks: ['o-abcdefghij']");
        check(if_equal("aws:SourceVpcArn", "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1"), "networks: ['vpc-1']");
        check(bucket(json!("*"), json!({"IpAddress": {"aws:SourceIp": "1.2.3.4"}})), "networks: ['1.2.3.4']");
        check(if_equal("aws:PrincipalOrgID", "o-abcdefghij"), "organizations: [o-abcdefghij]");
        check(if_equal("aws:PrincipalAccount", "222222222222"), "accounts: ['222222222222']");
        check(bucket(json!({"AWS": "arn:aws:iam::222222222222:root"}), json!({})), "accounts: ['222222222222']");
        let origin = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";
        check(bucket(json!({"AWS": origin}), json!({})), "identities: [E1]");
        let distribution =
            json!({"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::222222222222:distribution/E1"}});
        check(bucket(json!({"Service": "cloudfront.amazonaws.com"}), distribution), "accounts: ['222222222222']");
        // AWS's own accounts are nobody's to trust.
        let delivering = || bucket(json!({"AWS": ["arn:aws:iam::127311923021:root", "127311923021"]}), json!({}));
        super::tests::check(PolicyKind::Resource, delivering(), &[]);
        // Of many nobody can be named.
        for condition in [json!({}), json!({"StringLike": {"aws:SourceAccount": "22222222222?"}})] {
            super::tests::check(
                PolicyKind::Resource,
                bucket(json!({"Service": "cloudfront.amazonaws.com"}), condition),
                &[],
            );
        }
    }

    #[test]
    fn of_trust_policies() {
        let with = |provider: &str, condition: Value| {
            let provider = format!("arn:aws:iam::111111111111:{provider}");
            json!({
                "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:*",
                "Condition": condition
            })
        };
        let github = "token.actions.githubusercontent.com";
        let of = json!({"StringLike": {format!("{github}:sub"): "repo:evil/*"}});
        let found = with(&format!("oidc-provider/{github}"), of);
        let line = format!("subjects: [{{provider: {github}, claim: sub, pattern: 'repo:evil/*'}}]");
        check(PolicyKind::Trust, found, &[&line]);
        let saml = json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}});
        check(PolicyKind::Trust, with("saml-provider/evil", saml), &["providers: [saml-provider/evil]"]);
    }
}
