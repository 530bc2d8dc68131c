#!/usr/bin/env bash
# Adds the API in this folder to a copy of the gateway, as CONTRIBUTING.md says, and tries what comes of it. Only the folder
# and two lines are new in the copy's sources: where an API takes more than that, this fails.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
copy=$target/fourth-api

# Files keep their times, so that what was built of the last copy and has not changed since is not built anew.
rm -rf "$copy"
mkdir -p "$copy/explorer"
cp -Rp "$root"/{src,tests,benches,build.rs,Cargo.toml,Cargo.lock,README.md} "$copy"
cp -Rp "$root/explorer/dist" "$copy/explorer"
rm -rf "$copy/benches/results"

# A name of its own, so that its program does not take the place of the gateway's in the folder that they are built to.
sed -i 's/^name = "onramp"$/name = "fourth-api"/' "$copy/Cargo.toml" "$copy/Cargo.lock"
sed -i '/^default-run = /d' "$copy/Cargo.toml"
printf '\n[lib]\nname = "onramp"\n' >> "$copy/Cargo.toml"

# One folder …
cp -Rp "$here/invoices" "$copy/src/invoices"
# … and two lines.
sed -i 's/^graph! { \(.*\) }$/graph! { \1, invoices }/' "$copy/src/graph/join.rs"
sed -i 's/^pub mod leadconduit;$/pub mod invoices;\n&/' "$copy/src/lib.rs"
for edited in graph/join.rs lib.rs; do
	touch -r "$root/src/$edited" "$copy/src/$edited"
done

# What is new has to be that and nothing else.
changed=$(diff -r -U0 "$root/src" "$copy/src" | sed -n -e 's|^Only in .*: |new |p' -e '/^+[^+]/p') || true
expected='+graph! { leadconduit, waldur, connect, invoices }
+pub mod invoices;
new invoices'
if [[ "$(sort <<< "$changed")" != "$(sort <<< "$expected")" ]]; then
	printf 'These are not one folder and two lines:\n%s\n' "$changed" >&2
	exit 1
fi

# The tests of this folder, and the one of the map of modules, which the copy has to fit as it stands.
cp -Rp "$here/tests" "$copy/tests/fourth_api"
cp -Rp "$root/tests/gateway/structure.rs" "$root/tests/gateway/structure" "$copy/tests/fourth_api"
cd "$copy"
cargo fmt --check
CARGO_TARGET_DIR=$target cargo test --locked --quiet --test fourth_api
