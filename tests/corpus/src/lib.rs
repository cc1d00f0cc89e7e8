//! Evidence and memory as each version wrote them.
//!
//! One folder a version of the format, each with an `index.tsv` that says which object holds which facet, and the objects under the keys
//! that they had. Nothing here is ever changed or deleted: what is in an account's bucket is not either. A version that changes a shape
//! adds a folder.
