//! Answers that are documents: whether one is within its question's limits, and what is kept of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::checklist::{FileLimits, Kind};
use super::mint::Mint;

const MEGABYTE: usize = 1024 * 1024;

pub(super) fn is_file(data: &Value, limits: &FileLimits) -> bool {
    let Some((name, content)) = parts(data) else {
        return false;
    };
    let max_bytes = limits.max_megabytes.map(|it| usize::try_from(it).unwrap_or(usize::MAX).saturating_mul(MEGABYTE));
    !content.is_empty()
        && (limits.extensions.is_empty() || limits.extensions.contains(&extension(name).as_str()))
        && (limits.media_types.is_empty() || is_allowed(media_type(&content), limits.media_types))
        && max_bytes.is_none_or(|max| content.len() <= max)
}

pub(super) fn are_files(data: &Value, limits: &FileLimits) -> bool {
    let Some(files) = data.as_array() else {
        return false;
    };
    let max_count = limits.max_count.map(|it| usize::try_from(it).unwrap_or(usize::MAX));
    max_count.is_none_or(|max| files.len() <= max) && files.iter().all(|file| is_file(file, limits))
}

/// What stays in an answer once its documents are in the media store. Other answers stay as they are.
pub(super) fn put_away(kind: &Kind, data: Value, mint: &mut Mint) -> Value {
    match (kind, &data) {
        (Kind::File(_), file) => kept(file, mint).unwrap_or(Value::Null),
        (Kind::MultipleFiles(_), Value::Array(files)) => files.iter().filter_map(|file| kept(file, mint)).collect(),
        _ => data,
    }
}

fn kept(file: &Value, mint: &mut Mint) -> Option<Value> {
    let (name, content) = parts(file)?;
    Some(json!({
        "name": name,
        "size": content.len(),
        "mime_type": media_type(&content),
        "stored_file_id": mint.draw().to_string(),
    }))
}

fn parts(file: &Value) -> Option<(&str, Vec<u8>)> {
    let name = file.get("name")?.as_str()?;
    let content = file.get("content")?.as_str()?;
    Some((name, STANDARD.decode(content).ok()?))
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| format!(".{}", ending.to_lowercase()))
}

/// The server looks at the content, never at the name. These few are told apart here.
fn media_type(content: &[u8]) -> &'static str {
    match content {
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'P', b'K', 3, 4, ..] => "application/zip",
        _ if std::str::from_utf8(content).is_ok() => "text/plain",
        _ => "application/octet-stream",
    }
}

fn is_allowed(media_type: &str, allowed: &[&str]) -> bool {
    allowed.iter().any(|it| match it.strip_suffix('*') {
        Some(family) => media_type.starts_with(family),
        None => media_type == *it,
    })
}
