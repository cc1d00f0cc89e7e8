//! The example of the README is compiled, and it runs.

mod example {
    include!("readme/example.rs");

    #[test]
    fn it_runs() {
        assert_eq!(main(), Ok(()));
    }
}

#[test]
fn the_readme_has_it_as_it_is_compiled() {
    let block = format!("```rust\n{}```\n", include_str!("readme/example.rs"));
    assert!(include_str!("../README.md").contains(&block), "copy tests/readme/example.rs into README.md");
}
