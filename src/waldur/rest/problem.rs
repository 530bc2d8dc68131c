//! Where this vendor puts its message: under `detail`, under a field's name, in an array for each element, or bare.

use serde_json::Value;

/// The messages of a refusal in one line, each with the field or element that it is about.
pub(super) fn message(body: &Value) -> Option<String> {
    let mut said = Vec::new();
    collect(body, "", &mut said);
    (!said.is_empty()).then(|| said.join("; "))
}

fn collect(body: &Value, about: &str, said: &mut Vec<String>) {
    match body {
        Value::String(words) if about.is_empty() => said.push(words.clone()),
        Value::String(words) => said.push(format!("{about}: {words}")),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().for_each(|item| collect(item, about, said))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, &format!("{about}[{index}]"), said))
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| collect(member, &under(about, name), said)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `detail` and `non_field_errors` are about the whole of what they stand in.
fn under(about: &str, name: &str) -> String {
    match (about, name) {
        (_, "detail" | "non_field_errors") => about.to_owned(),
        ("", _) => name.to_owned(),
        _ => format!("{about}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::message;
    use serde_json::json;

    #[test]
    fn every_shape_of_message_is_found() {
        let shapes = [
            (json!({"detail": "Invalid token."}), "Invalid token."),
            (json!({"user": ["This field is required."]}), "user: This field is required."),
            (json!({"non_field_errors": ["Nonsense."]}), "Nonsense."),
            (json!([{}, {"question_uuid": ["Must be a valid UUID."]}]), "[1].question_uuid: Must be a valid UUID."),
            (json!(["Cannot create customer."]), "Cannot create customer."),
        ];
        for (body, expected) in shapes {
            assert_eq!(message(&body).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(message(&json!({"count": 1})), None);
    }
}
