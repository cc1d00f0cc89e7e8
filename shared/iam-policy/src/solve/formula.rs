//! Formulas over facts about one request.

/// One statement about a request that is either true or false: an index into [`Facts`](super::facts::Facts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Fact(pub(super) u32);

/// A fact or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Literal {
    pub(super) fact: Fact,
    pub(super) holds: bool,
}

/// A formula in negation normal form: only facts are ever negated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Formula {
    Is(Literal),
    /// Without members: true.
    All(Vec<Formula>),
    /// Without members: false.
    Any(Vec<Formula>),
}

impl Formula {
    pub(crate) const TRUE: Self = Self::All(Vec::new());
    pub(crate) const FALSE: Self = Self::Any(Vec::new());

    pub(crate) fn constant(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    pub(crate) fn fact(fact: Fact) -> Self {
        Self::Is(Literal { fact, holds: true })
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Self::All(members) if members.is_empty())
    }

    pub(crate) fn is_false(&self) -> bool {
        matches!(self, Self::Any(members) if members.is_empty())
    }

    /// The conjunction, with what is constant worked out.
    pub(crate) fn all(members: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for member in members {
            match member {
                Self::All(inner) => kept.extend(inner),
                Self::Any(inner) if inner.is_empty() => return Self::FALSE,
                other => kept.push(other),
            }
        }
        Self::only_or(kept, Self::All)
    }

    /// The disjunction, with what is constant worked out.
    pub(crate) fn any(members: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for member in members {
            match member {
                Self::Any(inner) => kept.extend(inner),
                Self::All(inner) if inner.is_empty() => return Self::TRUE,
                other => kept.push(other),
            }
        }
        Self::only_or(kept, Self::Any)
    }

    /// The opposite.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Is(literal) => Self::Is(literal.opposite()),
            Self::All(members) => Self::any(members.into_iter().map(Self::not)),
            Self::Any(members) => Self::all(members.into_iter().map(Self::not)),
        }
    }

    fn only_or(mut members: Vec<Self>, or: fn(Vec<Self>) -> Self) -> Self {
        match (members.pop(), members.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                members.extend(last);
                or(members)
            }
        }
    }
}

impl Literal {
    pub(crate) fn opposite(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_worked_out() {
        let a = || Formula::fact(Fact(0));
        let b = || Formula::fact(Fact(1));
        assert!(Formula::all([]).is_true());
        assert!(Formula::any([]).is_false());
        assert!(Formula::all([a(), Formula::FALSE]).is_false());
        assert!(Formula::any([a(), Formula::TRUE]).is_true());
        assert_eq!(Formula::all([Formula::TRUE, a()]), a());
        assert_eq!(Formula::all([a(), b()]).not(), Formula::any([a().not(), b().not()]));
        assert_eq!(Formula::any([a(), b()]).not().not(), Formula::any([a(), b()]));
    }
}
