//! The table, for a reader.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::table::{Actor, Span, Table};
use crate::terminal::{Output, Paint, printable};

const OUT: Output = Output::Stdout;

/// What stands for the actors that there was no room for.
const OTHERS: &str = "(others)";

/// What stands where nothing is known.
const NONE: &str = "-";

/// Less is not worth the breaking of lines.
const LEAST_WIDTH: usize = 30;

/// Writes a table. On a terminal of so many columns nothing is wider, where that can be.
///
/// # Errors
/// It cannot be written.
pub(super) fn table(out: &mut impl Write, table: &Table, width: Option<usize>) -> io::Result<()> {
    let width = width.map_or(usize::MAX, |width| width.max(LEAST_WIDTH));
    let columns = Columns::of(table, width);
    columns.heading(out, table)?;
    for (guard, group) in &table.guards {
        writeln!(out, "{}", OUT.paint(guard, Paint::Bold))?;
        let mut actors: Vec<(&str, &Actor)> = group.actors.iter().map(|(name, actor)| (&**name, actor)).collect();
        actors.sort_by_key(|(name, actor)| (Reverse(actor.all.count), *name));
        let others = Some((OTHERS, &group.others)).filter(|(_, others)| others.all.count > 0);
        for (name, actor) in actors.into_iter().chain(others) {
            for line in broken(&printable(name), width, 2) {
                writeln!(out, "{line}")?;
            }
            if actor.controls.is_empty() {
                columns.row(out, NONE, &actor.all)?;
            }
            let mut controls: Vec<_> = actor.controls.iter().collect();
            controls.sort_by_key(|(control, span)| (Reverse(span.count), control.as_str()));
            for (control, span) in controls {
                columns.row(out, control.as_str(), span)?;
            }
        }
    }
    Ok(())
}

/// How wide the columns are.
struct Columns {
    name: usize,
    count: usize,
    time: usize,
    /// Whether the times stand below the rest.
    is_narrow: bool,
}

/// What stands before a control.
const INDENT: usize = 4;

/// What stands between two columns.
const GAP: usize = 2;

const TITLES: [&str; 4] = ["guard, actor, control", "events", "first", "last"];

impl Columns {
    fn of(table: &Table, width: usize) -> Self {
        let actors = table.guards.values().flat_map(|group| group.actors.values().chain([&group.others]));
        let rows: Vec<_> = actors
            .flat_map(|actor| {
                actor.controls.iter().map(|(control, span)| (control.as_str(), span)).chain([(NONE, &actor.all)])
            })
            .collect();
        let most = |of: fn(&(&str, &Span)) -> usize, least: usize| rows.iter().map(of).fold(least, usize::max);
        let times = |(_, span): &(&str, &Span)| {
            [&span.first, &span.last].map(|time| shown(time).chars().count()).into_iter().max().unwrap_or_default()
        };
        let name = most(|(name, _)| INDENT + name.len(), TITLES[0].len());
        let count = most(|(_, span)| span.count.to_string().len(), TITLES[1].len());
        let time = rows.iter().map(times).fold(TITLES[2].len(), usize::max);
        Self { name, count, time, is_narrow: name + count + 2 * time + 3 * GAP > width }
    }

    fn heading(&self, out: &mut impl Write, table: &Table) -> io::Result<()> {
        if table.guards.is_empty() {
            return writeln!(out, "nothing to look at");
        }
        let [name, count, first, last] = TITLES;
        let line = format!("{name:<0$}  {count:>1$}", self.name, self.count);
        let times = format!("  {first:<0$}  {last}", self.time);
        let line = if self.is_narrow { line } else { line + &times };
        writeln!(out, "{}", OUT.paint(line, Paint::Dim))
    }

    fn row(&self, out: &mut impl Write, name: &str, span: &Span) -> io::Result<()> {
        let (first, last) = (shown(&span.first), shown(&span.last));
        let indent = "";
        write!(out, "{indent:INDENT$}{name:<0$}  {1:>2$}", self.name - INDENT, span.count, self.count)?;
        if !self.is_narrow {
            return writeln!(out, "  {first:<0$}  {last}", self.time);
        }
        writeln!(out)?;
        let both = if first == last { vec![first] } else { vec![first, last] };
        both.iter().try_for_each(|time| writeln!(out, "{indent:INDENT$}  {}", OUT.paint(time, Paint::Dim)))
    }
}

fn shown(time: &Option<Box<str>>) -> String {
    time.as_deref().map_or_else(|| NONE.to_owned(), printable)
}

/// Text in lines that are no wider, all indented.
fn broken(text: &str, width: usize, indent: usize) -> Vec<String> {
    let room = width.saturating_sub(indent).max(1);
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(room).map(|line| format!("{:indent$}{}", "", line.iter().collect::<String>())).collect()
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use parapet_guards::{ControlId, GuardName, ResourceKind};
    use parapet_guards::{Led, Target};
    use parapet_records::{Item, Reader};

    use super::*;

    fn filled() -> Table {
        let mut filled = Table::default();
        let look = |guard, controls: &[ControlId]| Led {
            guard,
            target: Target::Every(ResourceKind::Bucket),
            resource: "*".to_owned(),
            facets: Vec::new(),
            controls: controls.to_vec(),
        };
        let looks = [
            look(
                GuardName::PolicyGuard,
                &[ControlId::named("IAM.AdminAttachment").unwrap(), ControlId::named("IAM.ServiceAttachment").unwrap()],
            ),
            look(GuardName::PolicyGuard, &[ControlId::named("IAM.AdminAttachment").unwrap()]),
            look(GuardName::LoggingGuard, &[]),
        ];
        let records = [
            r#"{"eventTime":"2026-11-23T14:00:00Z","userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/pipeline-operations/jane.doe@example.com"}}"#,
            r#"{"eventTime":"2026-11-22T14:00:00Z","userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/pipeline-operations/jane.doe@example.com"}}"#,
            r#"{"eventTime":"later\u001b[2J","userIdentity":{"type":"AWSService"}}"#,
        ];
        let _ = Reader::new(records.join("\n").as_bytes()).unwrap().for_each(&mut |item| {
            let Item::Record(record) = item else { panic!("{item:?}") };
            filled.note(record, &looks);
            ControlFlow::Continue(())
        });
        filled
    }

    fn shown(width: Option<usize>) -> String {
        let mut out = Vec::new();
        table(&mut out, &filled(), width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_wide_terminal_has_all_in_one_line() {
        insta::assert_snapshot!(shown(None));
        assert_eq!(shown(Some(100)), shown(None));
    }

    #[test]
    fn a_narrow_terminal_has_no_line_that_is_wider() {
        let narrow = shown(Some(40));
        assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
        insta::assert_snapshot!(narrow);
        assert_eq!(shown(Some(1)), shown(Some(LEAST_WIDTH)));
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let mut out = Vec::new();
        table(&mut out, &Table::default(), None).unwrap();
        assert_eq!(out, b"nothing to look at\n");
    }
}
