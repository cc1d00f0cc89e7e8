//! A condition operator in its parts.

/// A condition operator: `ForAnyValue:StringNotLikeIfExists` is a quantifier, a base, a negation and a suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// How a multivalued key is read.
    pub quantifier: Option<Quantifier>,
    /// What is compared, and how.
    pub base: Base,
    /// Whether the comparison must fail for every value.
    pub negated: bool,
    /// Whether an absent key is fine.
    pub if_exists: bool,
}

/// The prefix of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `ForAllValues:`. "also returns true if there are no context keys in the request" (IAM User Guide, Set operators
    /// for multivalued context keys).
    ForAllValues,
    /// `ForAnyValue:`.
    ForAnyValue,
}

/// What an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// `StringEquals`.
    StringEquals,
    /// `StringEqualsIgnoreCase`.
    StringEqualsIgnoreCase,
    /// `StringLike`.
    StringLike,
    /// The `Numeric` operators.
    Numeric(Order),
    /// The `Date` operators.
    Date(Order),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress`.
    IpAddress,
    /// `ArnEquals` and `ArnLike`: "behave identically" (IAM User Guide, Condition operators).
    Arn,
    /// `Null`.
    Null,
}

/// How numbers and dates are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `Equals`.
    Equal,
    /// `LessThan`.
    Less,
    /// `LessThanEquals`.
    LessOrEqual,
    /// `GreaterThan`.
    Greater,
    /// `GreaterThanEquals`.
    GreaterOrEqual,
}

/// Names in lower case, base, negated.
const OPERATORS: [(&str, Base, bool); 27] = [
    ("stringequals", Base::StringEquals, false),
    ("stringnotequals", Base::StringEquals, true),
    ("stringequalsignorecase", Base::StringEqualsIgnoreCase, false),
    ("stringnotequalsignorecase", Base::StringEqualsIgnoreCase, true),
    ("stringlike", Base::StringLike, false),
    ("stringnotlike", Base::StringLike, true),
    ("numericequals", Base::Numeric(Order::Equal), false),
    ("numericnotequals", Base::Numeric(Order::Equal), true),
    ("numericlessthan", Base::Numeric(Order::Less), false),
    ("numericlessthanequals", Base::Numeric(Order::LessOrEqual), false),
    ("numericgreaterthan", Base::Numeric(Order::Greater), false),
    ("numericgreaterthanequals", Base::Numeric(Order::GreaterOrEqual), false),
    ("dateequals", Base::Date(Order::Equal), false),
    ("datenotequals", Base::Date(Order::Equal), true),
    ("datelessthan", Base::Date(Order::Less), false),
    ("datelessthanequals", Base::Date(Order::LessOrEqual), false),
    ("dategreaterthan", Base::Date(Order::Greater), false),
    ("dategreaterthanequals", Base::Date(Order::GreaterOrEqual), false),
    ("bool", Base::Bool, false),
    ("binaryequals", Base::Binary, false),
    ("ipaddress", Base::IpAddress, false),
    ("notipaddress", Base::IpAddress, true),
    ("arnequals", Base::Arn, false),
    ("arnlike", Base::Arn, false),
    ("arnnotequals", Base::Arn, true),
    ("arnnotlike", Base::Arn, true),
    ("null", Base::Null, false),
];

impl Operator {
    /// Reads an operator's name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (quantifier, name) = match name.split_once(':') {
            None => (None, name.as_str()),
            Some(("forallvalues", rest)) => (Some(Quantifier::ForAllValues), rest),
            Some(("foranyvalue", rest)) => (Some(Quantifier::ForAnyValue), rest),
            Some(_) => return None,
        };
        let (if_exists, name) = match name.strip_suffix("ifexists") {
            None => (false, name),
            Some(rest) => (true, rest),
        };
        let (_, base, negated) = OPERATORS.into_iter().find(|(n, ..)| *n == name)?;
        let is_plain_null = quantifier.is_none() && !if_exists;
        (base != Base::Null || is_plain_null).then_some(Self { quantifier, base, negated, if_exists })
    }

    /// Whether a request without the key passes.
    ///
    /// "If the key that you specify in a policy condition is not present in the request context, the values do not
    /// match and the condition is false. If the policy condition requires that the key is not matched, such as
    /// StringNotLike or ArnNotLike, and the right key is not present, the condition is true" (IAM User Guide,
    /// IAM JSON policy elements: Condition operators).
    pub fn accepts_absent(&self) -> bool {
        match self.quantifier {
            Some(Quantifier::ForAllValues) => true,
            Some(Quantifier::ForAnyValue) => false,
            None => self.negated || self.if_exists,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<(Base, bool, bool)>) {
        let parts = Operator::parse(name).map(|o| (o.base, o.negated, o.accepts_absent()));
        assert_eq!(parts, expected, "{name}");
    }

    #[test]
    fn names() {
        check("StringEquals", Some((Base::StringEquals, false, false)));
        check("stringnotlikeIFEXISTS", Some((Base::StringLike, true, true)));
        check("ForAllValues:StringLike", Some((Base::StringLike, false, true)));
        check("ForAnyValue:StringNotEquals", Some((Base::StringEquals, true, false)));
        check("NumericLessThanEqualsIfExists", Some((Base::Numeric(Order::LessOrEqual), false, true)));
        check("Null", Some((Base::Null, false, false)));
        check("NullIfExists", None);
        check("ForSomeValue:Bool", None);
        check("StringLikes", None);
        check("", None);
    }
}
