//! Answers against tables, against enumeration, and against the clock.

use super::question::is_satisfiable;
use super::*;
use crate::budget::Budget;
use crate::glob::Glob;
use std::time::{Duration, Instant};

/// `l:` StringLike, `e:` StringEquals, `i:` StringEqualsIgnoreCase, `a:` ArnLike.
fn compile(written: &str) -> Option<Pattern> {
    let (kind, text) = written.split_at(2);
    match kind {
        "l:" => Some(Pattern::like(&Glob::new(text))),
        "e:" => Some(Pattern::equal(text)),
        "i:" => Some(Pattern::equal_ignoring_case(text)),
        "a:" => Pattern::arn(&Glob::new(text)),
        _ => unreachable!("{written}"),
    }
}

fn compile_all(written: &[&str]) -> Vec<Pattern> {
    written.iter().map(|w| compile(w).expect("a pattern")).collect()
}

fn check(all: &[&str], none: &[&str], expected: Option<&str>) {
    let (wanted, unwanted) = (compile_all(all), compile_all(none));
    let (wanted, unwanted): (Vec<_>, Vec<_>) = (wanted.iter().collect(), unwanted.iter().collect());
    let budget = Budget::new();
    assert_eq!(shortest(&wanted, &unwanted, &budget).as_deref(), expected, "{all:?} without {none:?}");
    assert_eq!(is_satisfiable(&wanted, &unwanted, &budget), expected.is_some(), "{all:?} without {none:?}");
    assert!(!budget.is_exhausted());
}

#[test]
fn shortest_strings() {
    check(&[], &[], Some(""));
    check(&[], &["e:"], Some("x"));
    check(&[], &["l:*"], None);
    check(&[], &["l:?*"], Some(""));
    check(&["l:?*"], &["l:x*"], Some("y"));
    check(&["l:a*"], &[], Some("a"));
    check(&["l:a*"], &["e:a"], Some("ax"));
    check(&["l:a*"], &["e:a", "l:a?", "e:axx"], Some("ayy"));
    check(&["l:a*"], &["l:a?*"], Some("a"));
    check(&["l:a*"], &["l:a?*", "e:a"], None);
    check(&["l:a*", "l:*b"], &[], Some("ab"));
    check(&["l:a*", "l:*b"], &["e:ab"], Some("axb"));
    check(&["l:a*", "l:b*"], &[], None);
    check(&["l:*ab", "l:ba*"], &[], Some("bab"));
    check(&["e:ab"], &["l:*b"], None);
    check(&["e:ab"], &["l:*c"], Some("ab"));
    check(&["e:a*"], &["l:a"], Some("a*"));
    check(&["i:Ab"], &[], Some("ab"));
    check(&["i:Ab"], &["e:ab", "e:AB", "e:aB"], Some("Ab"));
    check(&["i:Ab"], &["e:ab", "e:AB", "e:aB", "e:Ab"], None);
    check(&["i:k"], &["e:k", "e:K"], Some("\u{212a}"));
    check(&["l:???"], &["l:a*", "l:*c"], Some("xxx"));
    check(&["l:*xy*", "l:*yx*"], &[], Some("yxy"));
    check(
        &["l:abcdefghijklmnopqrstuvwxyz0123456789*"],
        &["e:abcdefghijklmnopqrstuvwxyz0123456789"],
        Some("abcdefghijklmnopqrstuvwxyz0123456789à"),
    );
}

#[test]
fn arns() {
    let role = "a:arn:aws:iam::*:role/*";
    check(&[role], &[], Some("arn:aws:iam:::role/"));
    check(&[role], &["a:arn:aws:iam:::*"], Some("arn:aws:iam::x:role/"));
    check(&[role], &["l:arn:aws:iam::*:role/*"], None);
    check(&["l:arn:aws:iam::*:role/*"], &[role], Some("arn:aws:iam::::role/"));
    check(&["l:*"], &["a:*:*:*:*:*:*"], Some(""));
    check(&["l:?????*"], &["a:*:*:*:*:*:*", "l:*x*"], Some("yyyyy"));
    check(&["a:*:*:*:*:*:?"], &["a:*:*:*:*:*:x"], Some(":::::y"));
    check(&["l:?"], &["a:?:::::", "l:x", "l:y"], Some("z"));
    check(&["l:?:::::"], &["a:?:::::"], Some("::::::"));
    check(&["l:*::::"], &["a:*:::::"], Some("::::"));
    check(&[role, "a:arn:*:*:*:123456789012:*"], &["l:*/"], Some("arn:aws:iam::123456789012:role/x"));
    check(&["a:arn:aws:iam::1:role/*"], &["a:arn:aws:*:*:*:user/*", "l:*/"], Some("arn:aws:iam::1:role/x"));
}

#[test]
fn relations() {
    let covered = |target: &str, by: &[&str], expected: bool| {
        let (target, by) = (compile(target).expect("a pattern"), compile_all(by));
        assert_eq!(covers(&target, &by.iter().collect::<Vec<_>>(), &Budget::new()), expected, "{target:?} by {by:?}");
    };
    covered("l:a*", &["l:a?*", "e:a"], true);
    covered("l:a*", &["l:a?*"], false);
    covered("l:*", &["l:?*", "e:"], true);
    covered("a:*:*:*:*:*:*", &["a:a*:*:*:*:*:*"], false);
    covered("a:a*:*:*:*:*:*", &["a:*:*:*:*:*:a*", "a:?*:*:*:*:*:*"], true);
    let meet = |a: &str, b: &str, expected: bool| {
        let (a, b) = (compile(a).expect("a pattern"), compile(b).expect("a pattern"));
        assert_eq!(is_satisfiable(&[&a, &b], &[], &Budget::new()), expected, "{a:?} and {b:?}");
    };
    meet("l:a*", "l:*b", true);
    meet("l:a?c", "l:ab", false);
    meet("i:ab", "l:A?", true);
    meet("a:*:*:*:*:*:b", "l:*::::::*", false);
    meet("a:*:*:*:*:*:*b", "l:*::::::*", true);
}

#[test]
fn without_a_budget_nothing_is_said() {
    let (all, none) = (compile_all(&["l:*a*b*", "l:*b*a*"]), compile_all(&["l:*aba*"]));
    let budget = Budget::of(20);
    assert_eq!(shortest(&all.iter().collect::<Vec<_>>(), &none.iter().collect::<Vec<_>>(), &budget), None);
    assert!(budget.is_exhausted());
    assert!(is_satisfiable(&all.iter().collect::<Vec<_>>(), &[], &budget));
    assert!(!covers(&all[0], &[&all[1]], &budget));
}

/// The definitions, obvious and slow.
fn reference(written: &str, text: &str) -> bool {
    fn like(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), Some((_, tail))) => like(rest, text) || like(pattern, tail),
            (Some((b'*', rest)), None) => like(rest, text),
            (Some((b'?', rest)), Some((_, tail))) => like(rest, tail),
            (Some((p, rest)), Some((t, tail))) => p == t && like(rest, tail),
            _ => false,
        }
    }
    let (kind, pattern) = written.split_at(2);
    match kind {
        "l:" => like(pattern.as_bytes(), text.as_bytes()),
        "e:" => pattern == text,
        "i:" => pattern.to_lowercase() == text.to_lowercase(),
        _ => {
            let (parts, texts): (Vec<_>, Vec<_>) = (pattern.splitn(6, ':').collect(), text.splitn(6, ':').collect());
            parts.len() == 6
                && texts.len() == 6
                && parts.iter().zip(texts).all(|(p, t)| like(p.as_bytes(), t.as_bytes()))
        }
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    fn string(&mut self, letters: &str, longest: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..self.below(longest + 1)).map(|_| letters[self.below(letters.len())]).collect()
    }
}

/// Queries against every text of up to `longest` letters, for patterns that `write` makes up. `x` is in `letters` and in
/// no pattern, of which `kinds` are drawn from. Gives the number of answers that were longer texts.
fn enumerate(
    letters: &str,
    longest: usize,
    kinds: usize,
    queries: usize,
    mut write: impl FnMut(&mut Random) -> String,
) -> usize {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|t| letters.chars().map(move |c| format!("{t}{c}"))).collect();
        texts.extend(last.iter().cloned());
    }
    let random = &mut Random(0x9e37_79b9_7f4a_7c15);
    let mut pool = Vec::new();
    while pool.len() < kinds {
        let written = write(random);
        if let Some(pattern) = compile(&written) {
            let mut matched = vec![0_u64; texts.len().div_ceil(64)];
            for (i, text) in texts.iter().enumerate() {
                let expected = reference(&written, text);
                assert_eq!(pattern.matches(text), expected, "`{written}` on `{text}`");
                matched[i / 64] |= u64::from(expected) << (i % 64);
            }
            pool.push((written, pattern, matched));
        }
    }
    let every = vec![u64::MAX; texts.len().div_ceil(64)];
    let mut longer = 0;
    for _ in 0..queries {
        let mut draw =
            |most: usize| -> Vec<_> { (0..random.below(most + 1)).map(|_| &pool[random.below(kinds)]).collect() };
        let (all, none) = (draw(3), draw(4));
        let mut fitting = every.clone();
        for p in &all {
            fitting.iter_mut().zip(&p.2).for_each(|(f, m)| *f &= m);
        }
        for p in &none {
            fitting.iter_mut().zip(&p.2).for_each(|(f, m)| *f &= !m);
        }
        let word = fitting.iter().position(|f| *f != 0);
        let first = word.and_then(|w| texts.get(w * 64 + fitting[w].trailing_zeros() as usize));
        let patterns = |side: &[&(String, Pattern, Vec<u64>)]| side.iter().map(|p| p.0.clone()).collect::<Vec<_>>();
        let (wanted, unwanted): (Vec<_>, Vec<_>) =
            (all.iter().map(|p| &p.1).collect(), none.iter().map(|p| &p.1).collect());
        let budget = Budget::new();
        let found = shortest(&wanted, &unwanted, &budget);
        let what = || format!("{:?} without {:?}: {found:?}, not {first:?}", patterns(&all), patterns(&none));
        assert!(!budget.is_exhausted(), "{}", what());
        match (&found, first) {
            (Some(text), Some(first)) => assert_eq!(text.len(), first.len(), "{}", what()),
            (None, Some(_)) => panic!("{}", what()),
            (Some(text), None) => {
                assert!(text.chars().count() > longest, "{}", what());
                longer += 1;
            }
            (None, None) => {}
        }
        if let Some(text) = &found {
            let valid = all.iter().all(|p| reference(&p.0, text)) && !none.iter().any(|p| reference(&p.0, text));
            assert!(valid, "{}", what());
        }
    }
    longer
}

fn any_case(random: &mut Random) -> String {
    match random.below(7) {
        0 => "e:".to_owned() + &random.string("aAb:", 4),
        1 => "i:".to_owned() + &random.string("aA:", 4),
        2 => {
            "a:".to_owned()
                + &random.string("a*?", 1)
                + "::::"
                + &random.string("*", 1)
                + ":"
                + &random.string("*:a", 1)
        }
        _ => "l:".to_owned() + &random.string("aAb:*?*", 5),
    }
}

fn mostly_arns(random: &mut Random) -> String {
    match random.below(6) {
        0 => "e:".to_owned() + &random.string("a:", 8),
        1 => "l:".to_owned() + &random.string("a:*?:", 8),
        _ => {
            let mut parts: Vec<String> = (0..6).map(|_| String::new()).collect();
            for _ in 0..random.below(6) {
                let part = random.below(6);
                parts[part].push(['a', '*', '?', '*', if part == 5 { ':' } else { '*' }][random.below(5)]);
            }
            format!("a:{}", parts.join(":"))
        }
    }
}

#[test]
fn agrees_with_enumeration_of_all_kinds() {
    let longer = enumerate("aAb:x", 5, 800, 750_000, any_case);
    assert!(longer < 70_000, "{longer} answers were not compared");
}

#[test]
fn agrees_with_enumeration_of_arns() {
    let longer = enumerate("a:x", 8, 500, 250_000, mostly_arns);
    assert!(longer < 60_000, "{longer} answers were not compared");
}

fn adversarial() -> Vec<(&'static str, Vec<Pattern>, Vec<Pattern>)> {
    let like = |text: &str| Pattern::like(&Glob::new(text));
    let marks = |n: usize| "?".repeat(n);
    let letters = |i: usize| char::from_u32(0x4e00 + i as u32).expect("a character");
    let stars: Vec<Pattern> = (0..300).map(|i| like(&format!("*{0}*x*", letters(i)))).collect();
    let pairs: Vec<Pattern> = (0..300).map(|i| like(&format!("*{0}x*", letters(i)))).collect();
    let long = |c: char| like(&format!("*{c}{}", marks(20_000)));
    let chain = like(&"*a".repeat(10_000));
    let ab = like(&format!("{}*", "a?".repeat(10_000)));
    vec![
        ("two long windows", vec![long('a'), long('b')], vec![]),
        ("a window and its complement", vec![like("*?b*")], vec![long('a'), long('b')]),
        ("a chain without a window", vec![chain.clone()], vec![long('a')]),
        ("a chain without a short window", vec![like(&"*a".repeat(400))], vec![like(&format!("*a{}", marks(400)))]),
        (
            "a, b without windows",
            vec![like(&"*a*b".repeat(30)), like(&"*b*a".repeat(30))],
            vec![like("*a????????????????????*b"), like("*b?????????????????????????*a")],
        ),
        ("a chain and marks", vec![ab, chain.clone()], vec![long('a')]),
        ("300 wanted", stars.clone(), vec![]),
        ("300 wanted pairs", pairs.clone(), vec![]),
        ("300 unwanted", pairs.iter().take(1).cloned().collect(), stars.clone()),
        (
            "150 wanted, 150 unwanted",
            stars.iter().take(150).cloned().collect(),
            stars.iter().skip(150).cloned().collect(),
        ),
        (
            "30 wanted in any order, none short",
            (0..30).map(|i| like(&format!("*{0}{0}*", letters(i)))).collect(),
            vec![like(&format!("*{}{}*", letters(0), letters(0)))],
        ),
        (
            "long and equal",
            vec![Pattern::equal(&"a".repeat(20_000))],
            vec![like(&format!("*a{}b*", "a".repeat(9_000)))],
        ),
        ("long without case", vec![Pattern::equal_ignoring_case(&"a".repeat(20_000))], vec![long('A'), long('a')]),
        (
            "every way to write it",
            vec![Pattern::equal_ignoring_case(&"a".repeat(60))],
            (0..60).map(|i| like(&format!("*a{}", marks(i)))).collect(),
        ),
        (
            "windows of every length",
            vec![like(&format!("*{}", "*a*b".repeat(40)))],
            (1..100).map(|i| like(&format!("*a{}b*", marks(i)))).collect(),
        ),
        (
            "far colons",
            vec![Pattern::arn(&Glob::new(&format!("*a*b*:*:*:*:*:*{}", "?".repeat(5_000)))).expect("an ARN")],
            vec![long(':'), like(&format!("*:{}*", marks(3_000)))],
        ),
    ]
}

/// Whatever is asked ends, with an answer or without a budget.
#[test]
fn adversarial_questions_end() {
    let mut exhausted = Vec::new();
    for (name, all, none) in adversarial() {
        let (all, none): (Vec<_>, Vec<_>) = (all.iter().collect(), none.iter().collect());
        let budget = Budget::new();
        let start = Instant::now();
        let found = shortest(&all, &none, &budget);
        assert!(start.elapsed() < Duration::from_secs(2), "{name} took {:?}", start.elapsed());
        if let Some(text) = found {
            assert!(all.iter().all(|p| p.matches(&text)) && !none.iter().any(|p| p.matches(&text)), "{name}: {text}");
        }
        if budget.is_exhausted() {
            exhausted.push(name);
        }
    }
    let too_much = [
        "a chain without a window",
        "a chain and marks",
        "300 wanted",
        "300 wanted pairs",
        "150 wanted, 150 unwanted",
        "30 wanted in any order, none short",
        "long and equal",
        "long without case",
        "windows of every length",
        "far colons",
    ];
    assert_eq!(exhausted, too_much);
}

#[test]
#[ignore = "prints timings; for a release build"]
fn timings() {
    let time = |name: &str, all: &[Pattern], none: &[Pattern], times: u32| {
        let (all, none): (Vec<_>, Vec<_>) = (all.iter().collect(), none.iter().collect());
        let budget = Budget::new();
        let start = Instant::now();
        let mut found = None;
        for _ in 0..times {
            found = shortest(&all, &none, &Budget::new());
        }
        let each = start.elapsed() / times;
        let _ = shortest(&all, &none, &budget);
        let mut shown = format!("{found:?}");
        shown = shown.chars().take(60).collect();
        println!("{name:40} {each:>12.2?} exhausted {} {shown}", budget.is_exhausted());
    };
    let arns = |list: &[String]| list.iter().map(|t| Pattern::arn(&Glob::new(t)).expect("an ARN")).collect::<Vec<_>>();
    let bucket = arns(&["arn:aws:s3:::some-data-bucket-of-the-team-eu-west-1/prefix/with/a/path/*".to_owned()]);
    let others =
        arns(&(0..100).map(|i| format!("arn:aws:s3:::other-bucket-{i}-of-a-team-eu-west-1/*")).collect::<Vec<_>>());
    let objects = arns(
        &(0..100)
            .map(|i| format!("arn:aws:s3:::some-data-bucket-of-the-team-eu-west-1/prefix/with/a/path/{i}/*"))
            .collect::<Vec<_>>(),
    );
    let services =
        arns(&(0..100).map(|i| format!("arn:aws:service{i}:*:123456789012:thing/{i}/*")).collect::<Vec<_>>());
    let roles = arns(&["arn:aws:iam::*:role/application/deployment-role-*".to_owned()]);
    let users = arns(&(0..50).map(|i| format!("arn:aws:iam::*:user/application/{i}*")).collect::<Vec<_>>());
    let three = arns(&[
        "arn:aws:iam::123456789012:role/app-*".to_owned(),
        "arn:aws:iam::*:role/*-deploy".to_owned(),
        "arn:*:iam::*:*/app*".to_owned(),
    ]);
    let deny = arns(&[
        "arn:aws:iam::123456789012:role/app-deploy".to_owned(),
        "arn:aws:iam::123456789012:role/*admin*".to_owned(),
    ]);
    let suffixes = arns(&(0..20).map(|i| format!("arn:aws:s3:::*/secret-{i}/*")).collect::<Vec<_>>());
    let same = arns(&["arn:aws:s3:::some-data-bucket-of-the-team-eu-west-1/*".to_owned()]);
    let anything = [Pattern::any()];
    time("one bucket", &bucket, &[], 10_000);
    time("one bucket, covered", &bucket, &same, 10_000);
    time("one bucket, 100 others", &bucket, &others, 10_000);
    time("one bucket, 100 services", &bucket, &services, 10_000);
    time("one bucket, 100 of its objects", &bucket, &objects, 10_000);
    time("one bucket, 20 infixes", &bucket, &suffixes, 10_000);
    time("roles, 50 users", &roles, &users, 10_000);
    time("three, two denied", &three, &deny, 10_000);
    time("three", &three, &[], 10_000);
    time("anything, 100 buckets", &anything, &others, 10_000);
    time("literal, 100 buckets", &[Pattern::equal("arn:aws:s3:::some-data-bucket/key")], &others, 10_000);
    for (name, all, none) in adversarial() {
        time(name, &all, &none, 3);
    }
}
