//! Judges policies that stand in something else: an answer, a template, a plan, an account.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Instant;

use iam_policy::{Document, StatementAt};
use serde_json::{Value, json};

use super::analysis::{Policies, Question};
use super::files::Unreadable;
use super::input::{
    At, Bound, Bounds, Found, Open, Piece, SOME_ACCOUNT, Sorted, Text, bounds, each, is_open, readable,
};
use super::kind::PolicyType;
use super::options::Settings;
use super::report::{Answer, Place, Refusal, Unresolved, Verdict};
use super::row::fits;
use super::show::{Placed, Source};
use super::snippet::printable;
use super::teller::{Teller, Told};
use super::{Exit, Failure};
use crate::terminal::{Output, Paint};

/// The list that findings count the policies of a principal in.
const POLICIES: &str = "policies";

/// Judges all policies of a file, one after the other.
pub(super) fn check(
    teller: &mut Teller,
    out: &mut impl Write,
    exit: &mut Exit,
    file: &str,
    sorted: &Sorted<'_>,
    settings: &Settings,
) -> Result<(), Failure> {
    let own = settings.account.as_deref().or(settings.roles.as_deref().map(|roles| roles.account.as_str()));
    let judge = Judge { file, format: sorted.name(), settings };
    let mut damaged: BTreeSet<String> = BTreeSet::new();
    let mut count = 0_usize;
    each(sorted, own.unwrap_or(SOME_ACCOUNT), |found| {
        count += 1;
        let start = Instant::now();
        // A policy that many have is refused once.
        for piece in found.parts.iter().chain(&found.limits) {
            if let Some(refusal) = judge.refusal(piece, &found).filter(|_| damaged.insert(piece.path.clone())) {
                teller.tell(out, exit, start, judge.refused(piece, &refusal))?;
            }
        }
        match judge.worst(&found) {
            Some(told) => teller.tell(out, exit, start, told),
            None => Ok(()),
        }
    })?;
    if count == 0 {
        let place = Place { format: sorted.name(), ..Place::default() };
        let answer = Answer { note: Some(format!("0 policies in {}", sorted.what())), ..Answer::default() };
        let told = Told { file: file.to_owned(), sources: Vec::new(), answer, place: Some(place), unreadable: None };
        teller.tell(out, exit, Instant::now(), told)?;
    }
    Ok(())
}

struct Judge<'s> {
    file: &'s str,
    format: &'static str,
    settings: &'s Settings,
}

impl Judge<'_> {
    fn kind(&self, found: &Found) -> Option<PolicyType> {
        self.settings.kind.or(found.kind)
    }

    /// Why a policy is none.
    fn refusal(&self, piece: &Piece, found: &Found) -> Option<Refusal> {
        match &piece.text {
            Text::Damaged(refusal) => Some(refusal.clone()),
            Text::Open(_) => None,
            Text::Policy { value, .. } if is_open(value) => None,
            Text::Policy { value, .. } => match Document::from_value(value.clone()) {
                Ok(document) => {
                    let is_limit = found.limits.iter().any(|limit| limit.path == piece.path);
                    let kind = if is_limit { Some(PolicyType::Boundary) } else { self.kind(found) };
                    let kind = kind.unwrap_or_else(|| PolicyType::inferred(document.statements().iter()));
                    fits("", &Policies::one(document), kind).err()
                }
                Err(error) => Some(Refusal::at("", &error)),
            },
        }
    }

    fn refused(&self, piece: &Piece, refusal: &Refusal) -> Told {
        let line = refusal.to_string();
        let level = Output::Stderr.paint("error[invalid]", Paint::Bad);
        let text = Output::Stderr.paint(printable(&line), Paint::Bold);
        let arrow = Output::Stderr.paint(" -->", Paint::Dim);
        let place = format!("{}:{}: {}", printable(self.file), piece.at.line, printable(&piece.name));
        let shown = format!("{level}: {text}\n{arrow} {place}\n");
        let unreadable = Unreadable { shown, line, at: Some(piece.at) };
        Told { place: Some(self.place(piece)), ..Told::unreadable(self.file.to_owned(), unreadable) }
    }

    fn place(&self, piece: &Piece) -> Place {
        Place {
            format: self.format,
            name: piece.name.clone(),
            line: Some(piece.at.line),
            column: Some(piece.at.column),
            path: piece.path.clone(),
            ..Place::default()
        }
    }

    /// The answer of the region where it is the worse one.
    fn worst(&self, found: &Found) -> Option<Told> {
        let here = self.told(found)?;
        let Some(elsewhere) = found.elsewhere.as_deref().filter(|_| here.answer.verdict != Verdict::Fail) else {
            return Some(here);
        };
        let there = self.told(elsewhere)?;
        let is_worse = match here.answer.verdict {
            Verdict::Pass => there.answer.verdict != Verdict::Pass,
            _ => there.answer.verdict == Verdict::Fail,
        };
        Some(if is_worse { there } else { here })
    }

    /// The answer; none if all of it was refused.
    fn told(&self, found: &Found) -> Option<Told> {
        let mut settings = self.settings.clone();
        settings.kind = self.kind(found);
        if settings.account.is_none() && settings.roles.is_none() {
            settings.account.clone_from(&found.account);
        }
        let mut place = Place {
            format: self.format,
            name: found.name.clone(),
            line: Some(found.at.line),
            column: Some(found.at.column),
            path: found.path.clone(),
            missing: found.missing.clone(),
            ..Place::default()
        };
        let mut sources = Vec::new();
        let mut limits = Vec::new();
        let mut unbounded: Vec<String> = Vec::new();
        unbounded.extend(found.unbounded.iter().map(|arn| format!("its boundary `{arn}`: it is judged without")));
        for limit in &found.limits {
            match known(limit).filter(|_| self.refusal(limit, found).is_none()) {
                Some(document) => limits.push(document),
                None => {
                    unbounded.push(format!("its boundary `{}`, which is damaged: it is judged without", limit.name))
                }
            }
        }
        for piece in &found.parts {
            if self.refusal(piece, found).is_some() {
                place.missing.push(format!("the policy `{}`, which is damaged", piece.name));
                continue;
            }
            match &piece.text {
                Text::Policy { value, parts, statements, is_filled, has_account } => {
                    settings.is_filled |= *is_filled;
                    if *has_account && settings.account.is_none() {
                        self.own_account(&mut settings, value);
                    }
                    if is_open(value) {
                        let bounds = bounds(value, parts);
                        let placed = Placed {
                            name: piece.name.clone(),
                            at: piece.at,
                            statements: statements.clone(),
                            value: readable(value, parts),
                        };
                        return Some(self.open(bounds, placed, place, settings));
                    }
                    sources.extend(self.source(piece, value, statements));
                }
                Text::Open(why) => {
                    place.unresolved.push(Unresolved {
                        at: String::new(),
                        what: why.clone(),
                        line: Some(piece.at.line),
                    });
                    let answer = Answer::undetermined(format!("nothing is known of this policy: {why}"));
                    let source = self.nothing(&piece.name, piece.at);
                    return Some(self.told_of(source.into_iter().collect(), answer, place));
                }
                Text::Damaged(_) => {}
            }
        }
        if sources.is_empty() && !found.is_list {
            return None;
        }
        if found.is_list {
            place.policies = found
                .parts
                .iter()
                .filter(|piece| self.refusal(piece, found).is_none())
                .map(|piece| Place { format: self.format, ..self.place(piece) })
                .collect();
        }
        let policies = Policies {
            documents: sources.iter().map(|source| source.document.clone()).collect(),
            list: Some(POLICIES).filter(|_| found.is_list),
        };
        let mut answer = match Question::check(policies, limits, settings) {
            Ok(question) if !sources.is_empty() => question.answer(),
            Ok(_) => Answer::default(),
            Err(refusal) => Answer::invalid(refusal),
        };
        forget_made_up(&mut answer);
        if answer.verdict == Verdict::Pass && !place.missing.is_empty() {
            answer = Answer::undetermined(format!("{} also has {}", found.name, place.missing.join(", ")));
            if sources.is_empty() {
                sources.extend(self.nothing(&found.name, found.at));
            }
        }
        place.missing.extend(unbounded);
        Some(self.told_of(sources, answer, place))
    }

    /// The account that was filled in is the policy's own, and who is let in from there is no stranger. What an identity policy names in full may
    /// be its own as well: of that each is tried.
    fn own_account(&self, settings: &mut Settings, value: &Value) {
        let has_principal =
            |statement: &Value| statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some();
        let is_for_others = match value.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().any(has_principal),
            Some(statement) => has_principal(statement),
            None => false,
        };
        if is_for_others && settings.roles.is_none() {
            settings.account = Some(SOME_ACCOUNT.to_owned());
        }
    }

    fn told_of(&self, sources: Vec<Source>, mut answer: Answer, place: Place) -> Told {
        for finding in &mut answer.findings {
            let places = finding.places.iter().filter_map(|at| sources.get(at.document)?.statement(at.statement));
            finding.lines = places.map(|at| at.line).collect();
        }
        Told { file: self.file.to_owned(), sources, answer, place: Some(place), unreadable: None }
    }

    fn source(&self, piece: &Piece, value: &Value, statements: &[At]) -> Option<Source> {
        let document = Document::from_value(value.clone()).ok()?;
        let placed =
            Placed { name: piece.name.clone(), at: piece.at, statements: statements.to_vec(), value: value.clone() };
        Some(self.placed(document, placed))
    }

    /// Only the place of something.
    fn nothing(&self, name: &str, at: At) -> Option<Source> {
        let value = json!({"Version": "2012-10-17", "Statement": []});
        let document = Document::from_value(value.clone()).ok()?;
        let placed = Placed { name: name.to_owned(), at, statements: Vec::new(), value };
        Some(self.placed(document, placed))
    }

    /// What is sure of a policy with parts that are not known, and what is not.
    fn open(&self, bounds: Option<Bounds>, placed: Placed, mut place: Place, mut settings: Settings) -> Told {
        settings.is_filled = true;
        let Some(bounds) = bounds else {
            let answer = Answer::undetermined("nothing is known of its statements before it is deployed".to_owned());
            let source = self.nothing(&placed.name, placed.at);
            return self.told_of(source.into_iter().collect(), answer, place);
        };
        place.unresolved = bounds.open.iter().map(unresolved).collect();
        let narrow = self.bound(&bounds.narrow, &placed, &mut settings);
        let wide = self.bound(&bounds.wide, &placed, &mut settings);
        let (document, answer) = match (narrow, wide) {
            (Err(refusal), Err(_)) => {
                let piece =
                    Piece { name: placed.name, at: placed.at, path: place.path, text: Text::Damaged(refusal.clone()) };
                return self.refused(&piece, &refusal);
            }
            (Ok((document, answer)), _) if answer.verdict == Verdict::Fail => (Some(document), answer),
            (Ok((document, narrow)), Ok((_, wide))) => {
                let rests = bounds.open.iter().any(|open| open.decides);
                let is_sure = narrow.verdict == Verdict::Pass && wide.verdict == Verdict::Pass && !rests;
                let answer = if is_sure { narrow } else { Answer::undetermined(why(&bounds.open, &wide, &narrow)) };
                (Some(document), answer)
            }
            (Ok((document, _)), Err(refusal)) | (Err(refusal), Ok((document, _))) => {
                let why = why(&bounds.open, &Answer::default(), &Answer::default());
                (Some(document), Answer::undetermined(format!("{why} ({refusal})")))
            }
        };
        let source = document.map(|document| self.placed(document, placed));
        self.told_of(source.into_iter().collect(), answer, place)
    }

    fn placed(&self, document: Document, placed: Placed) -> Source {
        Source { name: self.file.to_owned(), text: String::new(), document, placed: Some(placed) }
    }

    /// What is found in one of the bounds, by the numbers of the policy's own statements.
    fn bound(&self, bound: &Bound, placed: &Placed, settings: &mut Settings) -> Result<(Document, Answer), Refusal> {
        let document = Document::from_value(bound.value.clone()).map_err(|error| Refusal::at("", &error))?;
        // Without a statement it says nothing of what it is for.
        if document.statements().is_empty() {
            return Ok((document, Answer::default()));
        }
        let policies = Policies::one(document.clone());
        let question = Question::check(policies, Vec::new(), settings.clone())?;
        if let Question::Check { policies, kind, .. } = &question {
            fits("", policies, *kind)?;
        }
        let mut answer = question.answer();
        forget_made_up(&mut answer);
        let is_list = placed.value.get("Statement").is_some_and(Value::is_array);
        for finding in &mut answer.findings {
            for place in &mut finding.places {
                let statement = bound.from.get(place.statement).copied().unwrap_or(place.statement);
                *place = StatementAt { document: 0, statement };
            }
            finding.places.dedup();
            finding.statements = finding.places.iter().map(|place| place.statement).collect();
            let path = |index: &usize| if is_list { format!("Statement[{index}]") } else { "Statement".to_owned() };
            finding.at = finding.statements.iter().map(path).collect();
        }
        Ok((document, answer))
    }
}

/// The document of a policy of which everything is known.
fn known(piece: &Piece) -> Option<Document> {
    match &piece.text {
        Text::Policy { value, .. } if !is_open(value) => Document::from_value(value.clone()).ok(),
        _ => None,
    }
}

/// An account that was filled in is none that somebody could name.
fn forget_made_up(answer: &mut Answer) {
    for finding in &mut answer.findings {
        finding.assumed_account.take_if(|account| account == SOME_ACCOUNT);
    }
}

fn unresolved(open: &Open) -> Unresolved {
    Unresolved { at: open.path.clone(), what: open.what.clone(), line: Some(open.at.line).filter(|line| *line > 0) }
}

/// What it rests on, and what it could be.
fn why(open: &[Open], wide: &Answer, narrow: &Answer) -> String {
    const MOST: usize = 4;
    let is_deciding = |open: &&Open| open.decides;
    let told: Vec<&Open> =
        if open.iter().any(|o| o.decides) { open.iter().filter(is_deciding).collect() } else { open.iter().collect() };
    let mut parts: Vec<String> = told
        .iter()
        .take(MOST)
        .map(|open| match open.at.line {
            0 => format!("`{}` rests on {}", open.path, open.what),
            line => format!("`{}` rests on {} (line {line})", open.path, open.what),
        })
        .collect();
    if told.len() > MOST {
        parts.push(format!("{} more", told.len() - MOST));
    }
    let kinds: BTreeSet<&str> = wide.findings.iter().map(|finding| finding.kind).collect();
    let could = match (kinds.is_empty(), &narrow.why) {
        (false, _) => format!(
            "; it could be {}",
            kinds.into_iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ")
        ),
        (true, Some(why)) => format!("; {why}"),
        (true, None) => String::new(),
    };
    format!("it is filled in when it is deployed: {}{could}", parts.join(", "))
}
