//! SECURITY.md names the tests that hold its promises: each of them is there.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(package.join("SECURITY.md")).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{rows:?}");
    for row in rows {
        let named: Vec<&str> = row.split('`').filter(|text| text.contains("::")).collect();
        assert!(!named.is_empty(), "no test holds this: {row}");
        for name in named {
            let (module, function) = name.rsplit_once("::").unwrap();
            let file = package.join("tests/gateway").join(format!("{}.rs", module.replace("::", "/")));
            let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let is_declared = [format!("\nasync fn {function}()"), format!("\nfn {function}()")];
            assert!(is_declared.iter().any(|declaration| source.contains(declaration)), "there is no {name}");
        }
    }
}
