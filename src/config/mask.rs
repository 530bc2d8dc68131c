//! Addresses without who they are called as: user and password may stand in one.

/// What stands in the place of them.
const MASK: &str = "***";

/// The text with nothing in front of an `@` that may be a user or a password.
pub(super) fn without_login(text: &str) -> String {
    // Whatever else might end an address may stand in a password.
    text.split_inclusive(char::is_whitespace).map(masked).collect()
}

fn masked(word: &str) -> String {
    let Some((before, host)) = word.rsplit_once('@') else {
        return word.to_owned();
    };
    if let Some((scheme, _)) = before.split_once("://") {
        return format!("{scheme}://{MASK}@{host}");
    }
    // Where the scheme is mistyped, a user and his password still have a colon between them.
    let (path, login) = before.split_at(before.rfind('/').map_or(0, |end| end + 1));
    if login.contains(':') { format!("{path}{MASK}@{host}") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::without_login;

    #[test]
    fn who_an_address_is_called_as_is_not_shown() {
        let cases = [
            ("http://user:pass@host:4318/v1", "http://***@host:4318/v1"),
            ("redis://:pass@host", "redis://***@host"),
            ("https://token@host/path", "https://***@host/path"),
            ("https://user:p/a@host, https://b:c@host", "https://***@host, https://***@host"),
            ("invalid port number: \"http://u:secret@x:99999\"", "invalid port number: \"http://***@x:99999\""),
            ("http://user:pa,ss@collector:4318", "http://***@collector:4318"),
            ("http://user:pa'\"ss@collector:4318", "http://***@collector:4318"),
            ("htp//u:secret@x", "htp//***@x"),
            ("somebody@example.com", "somebody@example.com"),
            ("http://host/a@b", "http://***@b"),
            ("http://u:p@ss@host", "http://***@host"),
            ("no address at all", "no address at all"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_login(text), expected);
        }
    }
}
