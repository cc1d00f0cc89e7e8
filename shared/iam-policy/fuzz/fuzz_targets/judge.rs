//! Any policies, of every kind: what is found can be shown, what is narrowed is clean, and no answer takes long.
#![no_main]

mod policies;

use iam_policy::{
    Decision, Document, Holding, Judgement, Narrowing, PolicyKind, Rules, Search, TrustZone, Violation, common_access,
    decide, judge, narrow, new_access,
};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::{Corpus, fuzz_target};
use std::time::Duration;

/// How much processor time one answer may take, in a build with checks.
const MAX_TIME: Duration = Duration::from_secs(2);

fuzz_target!(|data: &[u8]| -> Corpus {
    let mut input = Unstructured::new(data);
    let Ok(question) = input.int_in_range(0..=4) else { return Corpus::Reject };
    let Ok((kind, one, other)) = policies::case(&mut input) else { return Corpus::Reject };
    let (Ok(one), Ok(other)) = (Document::from_value(one), Document::from_value(other)) else {
        return Corpus::Reject;
    };
    let mut rules = Rules::all(TrustZone::new(policies::ACCOUNT));
    // One question for each input, because narrowing is slow.
    match question {
        0 => judged(&Holding::of(&[&one], kind), &rules),
        1 => {
            rules.zone.organizations.insert(policies::ORGANIZATION.to_owned());
            judged(&Holding::of(&[&one], kind), &rules);
        }
        2 if kind == PolicyKind::Identity => judged(&Holding::of(&[&one, &other], kind), &rules),
        3 if kind == PolicyKind::Identity => {
            judged(&Holding { documents: &[&one], kind, limits: &[&other] }, &rules);
        }
        _ => related(&one, &other, kind),
    }
    Corpus::Keep
});

/// Judges and narrows.
fn judged(holding: &Holding<'_>, rules: &Rules) {
    let violations = soon("judge", holding, || judge(holding, rules));
    if let Judgement::Decided(violations) = &violations {
        for violation in violations {
            proven(violation, holding);
        }
    }
    let narrowed = match soon("narrow", holding, || narrow(holding, rules)) {
        Narrowing::Undetermined(_) => return,
        Narrowing::Unchanged => {
            let clean =
                matches!(&violations, Judgement::Undetermined(_)) || violations == Judgement::Decided(Vec::new());
            assert!(clean, "unchanged with {violations:?}: {}", shown(holding));
            return;
        }
        Narrowing::Changed(narrowed) => narrowed,
    };
    assert_ne!(violations, Judgement::Decided(Vec::new()), "changed without a finding: {}", shown(holding));
    assert_eq!(narrowed.len(), holding.documents.len());
    let left: Vec<&Document> = narrowed.iter().flatten().collect();
    let after = Holding { documents: &left, ..*holding };
    let again = judge(&after, rules);
    let clean = matches!(&again, Judgement::Undetermined(_)) || again == Judgement::Decided(Vec::new());
    assert!(clean, "{again:?} in {} of {}", shown(&after), shown(holding));
    if let Search::Found(witness) = new_access(holding.documents, &left, holding.kind) {
        let loose = left.iter().chain(holding.documents).any(|document| is_loose(document));
        assert!(loose, "narrowing adds {witness:?}: {} of {}", shown(&after), shown(holding));
    }
}

/// The witness of a violation is allowed.
fn proven(violation: &Violation, holding: &Holding<'_>) {
    assert!(!violation.statements.is_empty(), "{violation:?} of {}", shown(holding));
    for at in &violation.statements {
        let document = holding.documents.get(at.document).expect("a document of the holding");
        assert!(at.statement < document.statements().len(), "{violation:?} of {}", shown(holding));
    }
    if holding.documents.iter().chain(holding.limits).any(|document| is_loose(document)) {
        return;
    }
    let decisions: Vec<Decision> =
        holding.documents.iter().map(|d| decide(d, holding.kind, &violation.witness)).collect();
    let allowed = decisions.contains(&Decision::Allow) && !decisions.contains(&Decision::ExplicitDeny);
    let within = holding.limits.iter().all(|limit| decide(limit, holding.kind, &violation.witness) == Decision::Allow);
    assert!(allowed && within, "{violation:?} is not allowed by {}", shown(holding));
}

/// Compares with itself and with another.
fn related(one: &Document, other: &Document, kind: PolicyKind) {
    let pair = Holding { documents: &[one], kind, limits: &[other] };
    let loose = is_loose(one) || is_loose(other);
    let same = soon("new_access", &pair, || new_access(&[one], &[one], kind));
    assert!(!matches!(same, Search::Found(_)) || is_loose(one), "{same:?} beyond itself: {}", one.to_json());
    for (existing, new) in [(one, other), (other, one)] {
        if let Search::Found(witness) = soon("new_access", &pair, || new_access(&[existing], &[new], kind)) {
            let is_new =
                decide(new, kind, &witness) == Decision::Allow && decide(existing, kind, &witness) != Decision::Allow;
            assert!(is_new || loose, "{witness:?} is not new in {} after {}", new.to_json(), existing.to_json());
        }
    }
    if let Search::Found(witness) = soon("common_access", &pair, || common_access(&[one], &[other], kind)) {
        let both = [one, other].iter().all(|document| decide(document, kind, &witness) == Decision::Allow);
        assert!(both || loose, "{witness:?} is not common to {} and {}", one.to_json(), other.to_json());
    }
}

/// Whether what is found in a document may be more than what `decide` allows: it has a policy variable.
fn is_loose(document: &Document) -> bool {
    document.to_json().contains("${")
}

/// The answer, within the time.
fn soon<T>(what: &str, holding: &Holding<'_>, answer: impl Fn() -> T) -> T {
    let start = spent();
    let found = answer();
    let took = spent().saturating_sub(start);
    assert!(took <= MAX_TIME, "{what} took {took:?}: {}", shown(holding));
    found
}

/// What this thread has cost; a busy machine adds nothing to it. Where Linux does not say it, nothing.
fn spent() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

fn shown(holding: &Holding<'_>) -> String {
    let texts = |documents: &[&Document]| documents.iter().map(|d| d.to_json()).collect::<Vec<_>>().join(" and ");
    format!("{:?} {} within [{}]", holding.kind, texts(holding.documents), texts(holding.limits))
}
