//! What is said of one identity provider.

/// A provider of tokens by OpenID Connect.
#[derive(Debug)]
pub(super) struct Provider {
    /// Who it is.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    pub(super) name: &'static str,
    /// Its issuers, without `https://`, as patterns in lower case.
    pub(super) issuers: &'static [&'static str],
    /// Whose tokens it issues.
    pub(super) tenancy: Tenancy,
    /// The claims that name a tenant.
    pub(super) claims: &'static [Claim],
    /// The claims that AWS makes condition keys of, beside those of every provider.
    pub(super) given: &'static [&'static str],
    /// The subject of somebody else's token for each form that subjects have. In braces is what can be anything else; `evil` is the
    /// tenant.
    pub(super) subjects: &'static [&'static str],
    /// The document that says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    pub(super) source: &'static str,
}

impl Provider {
    /// One whose tokens have further claims that AWS makes condition keys of.
    pub(super) const fn gives(self, given: &'static [&'static str]) -> Self {
        Self { given, ..self }
    }
}

/// Whose tokens an issuer issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tenancy {
    /// Those of all its customers: a claim has to say whose.
    Shared,
    /// Those of the tenant whose issuer it is. Whatever is asked of a token will do.
    Own,
    /// The same, but for many programs of the tenant's: the subject has to be named.
    OwnOfMany,
}

/// A claim that names a tenant.
#[derive(Debug)]
pub(super) struct Claim {
    /// In lower case.
    pub(super) name: &'static str,
    pub(super) tenant: Tenant,
}

/// Where in the value of a claim the tenant stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tenant {
    /// The whole of it.
    Whole,
    /// From the start to this character, or the whole of it.
    UpTo(char),
    /// Behind one of these labels at the start, to its character or the end.
    Behind(&'static [(&'static str, char)]),
    /// Behind one of these labels at the start or behind a colon: what the tenant chooses has no colons.
    BehindAny(&'static [(&'static str, char)]),
}
