//! Who asks for what only an operator may have done, and how that is proven.
//!
//! Whoever may invoke a function can do so in nobody's name: Lambda does not tell who it was. So a request carries a call of GetCallerIdentity
//! that was signed and not made. The function makes it, and AWS STS answers whose signature it is. What the request asks for is
//! signed with it, so that no proof serves for another request.

use std::collections::BTreeSet;

use parapet_core::{Arn, Home, Mode, matches};
use serde::{Deserialize, Serialize};

use crate::standard::is_named;
use crate::{ControlId, GuardName, OwnAccount, Standard};

/// The header of the signed call that holds the digest of the request.
pub const PROOF_HEADER: &str = "x-parapet-request";

/// How long a proof is good, in seconds.
pub const PROOF_SECONDS: u64 = 300;

/// Where it is kept that a proof was used on a day, `2026-11-23`: by the signature in it, beside the memories. One credential signs the same
/// request at the same second alike, and nothing else so.
#[must_use]
pub fn proof_key(home: &Home, date: &str, signature: &str) -> String {
    let digest = crate::evidence::whole_digest(&signature.to_ascii_lowercase());
    format!("state/v2/{}/{}/proofs/{}/{digest}.json", home.account, home.region, date.replace('-', ""))
}

/// What a sweep is asked for by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// Of these guards alone; empty: of all.
    pub guards: BTreeSet<GuardName>,
    /// Of these resources alone, by their ARNs; empty: of all.
    pub resources: BTreeSet<String>,
    /// Whether only to say what would be done.
    pub dry_run: bool,
    /// Whether what is there is to count as before from now on.
    pub baseline: bool,
    /// What is to be mended although it was there before: ids of controls, patterns for several that are enforced by default (`S3.*`), and ARNs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mend: Vec<String>,
    /// Whether what is mended may not end a request that was seen: what would is only told. None: it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_used: Option<bool>,
}

impl Asked {
    /// The controls that are to be mended by; none: all, of the resources that are named. A pattern stands for those of them that are enforced where a
    /// standard says nothing: what is only observed then (that a policy of AWS is broad, that a role trusts a service and does not say for whom)
    /// is in many accounts, and meant. It is mended by its name alone.
    ///
    /// # Errors
    /// Something of it names neither a control nor a resource, or is a pattern for what is observed alone.
    pub fn controls(&self) -> Result<BTreeSet<ControlId>, String> {
        let mut controls = BTreeSet::new();
        for named in self.mend.iter().filter(|named| !named.starts_with("arn:")) {
            let fits = || ControlId::all().iter().copied().filter(|control| matches(named, control.as_str()));
            let is_meant = |control: &ControlId| control.as_str() == named || control.default_mode() == Mode::Enforce;
            if fits().next().is_none() {
                return Err(format!("`{named}` is neither a control, nor a pattern for some, nor an ARN"));
            }
            if !fits().any(|control| is_meant(&control)) {
                return Err(format!(
                    "`{named}` fits only controls that are observed unless they are named: name each in full"
                ));
            }
            controls.extend(fits().filter(is_meant));
        }
        Ok(controls)
    }

    /// The resources that are named, to be mended or to be looked at.
    #[must_use]
    pub fn named(&self) -> BTreeSet<String> {
        let mended = self.mend.iter().filter(|named| named.starts_with("arn:")).cloned();
        self.resources.iter().cloned().chain(mended).collect()
    }

    /// Whether only an operator may ask for it.
    #[must_use]
    pub fn needs_proof(&self) -> bool {
        !self.dry_run && (self.baseline || !self.mend.is_empty())
    }

    /// What is signed with the call: the SHA-256 digest of what is asked for, of which account and region.
    #[must_use]
    pub fn digest(&self, home: &Home) -> String {
        const BYTES: usize = 32;
        // Plain data always serialises, and its fields have an order.
        let what = serde_json::to_string(self).unwrap_or_default();
        crate::evidence::hash(format!("{}:{}:{what}", home.account, home.region).as_bytes(), BYTES)
    }
}

/// Whose signature a call bore, as AWS STS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The ARN, of a role with the session.
    pub arn: String,
    /// `user/name` or `role/name`.
    principal: String,
    /// Which one of those who bore the name: `AIDA..`, `AROA..`.
    id: String,
    account: String,
    partition: String,
}

impl Caller {
    /// The caller of an answer. None: neither a user nor a session of a role.
    ///
    /// AWS STS API Reference, GetCallerIdentity: the `UserId` is "The unique identifier of the calling entity"; of an assumed role it is followed by a
    /// colon and the name of the session.
    #[must_use]
    pub fn of(arn: &str, user_id: &str) -> Option<Self> {
        let Arn { partition, service, account, resource, .. } = Arn::parse(arn)?;
        let (kind, rest) = resource.split_once('/')?;
        let principal = match (service, kind) {
            ("iam", "user") => format!("user/{}", rest.rsplit('/').next()?),
            ("sts", "assumed-role") => format!("role/{}", rest.split_once('/')?.0),
            _ => return None,
        };
        let id = user_id.split(':').next().filter(|id| !id.is_empty())?.to_owned();
        let (account, partition) = (account.to_owned(), partition.to_owned());
        Some(Self { arn: arn.to_owned(), principal, id, account, partition })
    }
}

impl Standard {
    /// Whether a caller is an operator.
    ///
    /// # Errors
    /// He is none, or nobody knows whose the name was: why, with the remedy.
    pub fn takes_orders_of(&self, caller: &Caller, home: &Home, account: &OwnAccount) -> Result<(), String> {
        let Caller { arn, principal, id, .. } = caller;
        if caller.account != home.account || caller.partition != home.partition {
            return Err(format!("`{arn}` is of another account"));
        }
        let operators = &self.principals.operators;
        let Some(written) = operators.iter().find(|written| is_named(written, principal)) else {
            let remedy = "name who may, as `user/name` or `role/name`, in the standard under `principals.operators`";
            return Err(format!("`{principal}` is no operator: {remedy}"));
        };
        // Of a permission set's roles AWS makes the names.
        if written.contains('*') {
            return Ok(());
        }
        match account.holders.get(&principal.to_ascii_lowercase()).and_then(|holder| holder.id.as_deref()) {
            Some(known) if known == id => Ok(()),
            Some(_) if self.trust.identities.contains(id) => Ok(()),
            Some(_) => Err(format!("`{principal}` is another one than the operator of that name whom bootstrap met")),
            None if self.trust.identities.contains(id) => Ok(()),
            None => Err(format!(
                "it is not known whose the name `{principal}` was: run bootstrap, which keeps that of each operator; or, if `{id}` is meant, add to \
                 `trust` of the standard: identities: [{id}]"
            )),
        }
    }

    /// Whether somebody who is never touched administers the account, as far as it is known: then no repair can take the last way in.
    #[must_use]
    pub fn keeps_an_administrator(&self, account: &OwnAccount) -> bool {
        let names = account.strong.iter().filter_map(|arn| {
            let resource = Arn::parse(arn)?.resource;
            let (kind, rest) = resource.split_once('/')?;
            Some(format!("{kind}/{}", rest.rsplit('/').next()?))
        });
        let spared = || self.principals.break_glass.iter().chain(&self.principals.administrators);
        names.into_iter().any(|name| spared().any(|written| is_named(written, &name)))
    }
}

#[cfg(test)]
mod tests {
    use parapet_core::Identity;

    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn standard() -> Standard {
        let text = "principals: { operators: [user/jane, role/ops, role/AWSReservedSSO_Admin_*], administrators: [role/admin] }";
        Standard::parse(text, "a test", &home()).unwrap()
    }

    fn account() -> OwnAccount {
        let holders = [("user/jane", "AIDAJANE"), ("role/ops", "AROAOPS")];
        let holders = holders.map(|(name, id)| (name.to_owned(), Identity::of(id, None))).into();
        OwnAccount { holders, ..OwnAccount::default() }
    }

    fn takes(arn: &str, id: &str) -> Result<(), String> {
        let caller = Caller::of(arn, id).ok_or("nobody")?;
        standard().takes_orders_of(&caller, &home(), &account())
    }

    #[test]
    fn a_pattern_mends_nothing_that_is_only_observed() {
        let controls = |named: &[&str]| {
            let asked = Asked { mend: named.iter().map(|&named| named.to_owned()).collect(), ..Asked::default() };
            asked.controls().map(|controls| controls.iter().map(|control| control.as_str()).collect::<BTreeSet<_>>())
        };
        let of_iam = controls(&["IAM.*"]).unwrap();
        assert!(of_iam.contains("IAM.AdminAttachment") && of_iam.contains("IAM.TrustForeign"), "{of_iam:?}");
        for observed in ["IAM.BroadAttachment", "IAM.BroadGroup", "IAM.TrustConfusedDeputy", "S3.ConfusedDeputy"] {
            assert!(!of_iam.contains(observed) && !controls(&["*"]).unwrap().contains(observed), "{observed}");
            assert_eq!(controls(&[observed]), Ok([observed].into()));
            assert!(controls(&[observed, "S3.*"]).unwrap().contains(observed), "{observed}");
        }
        assert!(controls(&["IAM.Broad*"]).unwrap_err().contains("name each in full"));
        assert!(controls(&["IAM.Nothing"]).unwrap_err().contains("neither a control"));
        assert_eq!(controls(&["arn:aws:s3:::b"]), Ok(BTreeSet::new()));
    }

    /// Whoever can make a user or a role can give it a name that a pattern has.
    #[test]
    fn an_operator_is_written_out() {
        for odd in [
            "jane",
            "group/ops",
            "user/*",
            "role/ops-*",
            "user/j?ne",
            "role/AWSReservedSSO_*",
            "role/AWSReservedSSO__*",
            "role/AWSReservedSSO_A*_*",
            "user/AWSReservedSSO_Admin_*",
            "role/AWSReservedSSO_Admin_*x",
            "",
        ] {
            let text = format!("principals: {{ operators: ['{odd}'] }}");
            let refused = Standard::parse(&text, "a test", &home()).map(drop).map_err(|error| error.to_string());
            assert!(refused.as_ref().is_err_and(|why| why.contains("principals.operators")), "{odd}: {refused:?}");
        }
    }

    #[test]
    fn an_operator_is_who_the_standard_names_and_bootstrap_met() {
        for (arn, id, is_taken) in [
            ("arn:aws:iam::111122223333:user/jane", "AIDAJANE", true),
            ("arn:aws:iam::111122223333:user/people/jane", "AIDAJANE", true),
            ("arn:aws:iam::111122223333:user/JANE", "AIDAJANE", true),
            ("arn:aws:iam::111122223333:user/jane", "AIDAOTHER", false),
            ("arn:aws:iam::111122223333:user/jane2", "AIDAJANE", false),
            ("arn:aws:iam::999988887777:user/jane", "AIDAJANE", false),
            ("arn:aws-cn:iam::111122223333:user/jane", "AIDAJANE", false),
            ("arn:aws:sts::111122223333:assumed-role/ops/night", "AROAOPS:night", true),
            ("arn:aws:sts::111122223333:assumed-role/ops/night", "AROAELSE:night", false),
            ("arn:aws:sts::111122223333:assumed-role/jane/ops", "AIDAJANE:ops", false),
            ("arn:aws:sts::111122223333:federated-user/jane", "AIDAJANE", false),
            ("arn:aws:iam::111122223333:root", "111122223333", false),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/j", "AROAX:j", true),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_x/j", "AROAX:j", false),
            ("arn:aws:iam::111122223333:user/jane", "", false),
            ("jane", "AIDAJANE", false),
        ] {
            assert_eq!(takes(arn, id).is_ok(), is_taken, "{arn} {id}: {:?}", takes(arn, id));
        }
    }

    #[test]
    fn whose_name_is_not_known_is_not_believed() {
        let caller = Caller::of("arn:aws:iam::111122223333:user/jane", "AIDAJANE").unwrap();
        let refused = standard().takes_orders_of(&caller, &home(), &OwnAccount::default()).unwrap_err();
        assert!(refused.contains("run bootstrap"), "{refused}");
        // Whoever writes the standard may say whom he means.
        let vouched = "{ trust: { identities: [AIDAJANE] }, principals: { operators: [user/jane] } }";
        let standard = Standard::parse(vouched, "a test", &home()).unwrap();
        for (id, is_taken) in [("AIDAJANE", true), ("AIDAOTHER", false)] {
            let caller = Caller::of("arn:aws:iam::111122223333:user/jane", id).unwrap();
            assert_eq!(standard.takes_orders_of(&caller, &home(), &OwnAccount::default()).is_ok(), is_taken, "{id}");
        }
    }

    #[test]
    fn a_request_is_signed_as_it_is() {
        let asked = Asked { baseline: true, ..Asked::default() };
        let others = [
            Asked::default(),
            Asked { mend: vec!["S3.*".into()], ..asked.clone() },
            Asked { resources: ["arn:aws:s3:::b".into()].into(), ..asked.clone() },
        ];
        for other in &others {
            assert_ne!(asked.digest(&home()), other.digest(&home()), "{other:?}");
        }
        assert_ne!(asked.digest(&home()), asked.digest(&Home { region: "eu-west-1".into(), ..home() }));
        assert!(asked.needs_proof() && !Asked { dry_run: true, ..asked }.needs_proof());
    }

    #[test]
    fn a_signature_has_one_key_however_it_is_spelt() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let key = |signature: &str| proof_key(&home, "2026-11-23", signature);
        assert!(key("ab").starts_with("state/v2/111122223333/us-east-1/proofs/20261123/"), "{}", key("ab"));
        assert_eq!(key("ab"), key("AB"));
        assert_ne!(key("ab"), key("abc"));
    }

    #[test]
    fn somebody_has_to_be_left() {
        let strong = |arn: &str| OwnAccount { strong: [arn.to_owned()].into(), ..OwnAccount::default() };
        assert!(standard().keeps_an_administrator(&strong("arn:aws:iam::111122223333:role/admin")));
        assert!(standard().keeps_an_administrator(&strong("arn:aws:iam::111122223333:role/people/admin")));
        assert!(!standard().keeps_an_administrator(&strong("arn:aws:iam::111122223333:user/jane")));
        assert!(!standard().keeps_an_administrator(&OwnAccount::default()));
    }
}
