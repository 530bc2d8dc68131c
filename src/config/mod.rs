//! The settings: one TOML file, each key overridable by the environment. The only reader of either.
//!
//! Sections and their keys are declared as [`Setting`]s by those who use them. A key that nobody declared stops the start
//! by its name, as does a value that cannot be read; what was given where is never guessed. A section may be a table of
//! tables: its name then ends in `.<name>`, and its keys are those of each table that the operator names.

mod mask;
mod origins;
mod server;
mod subscriptions;
mod webhooks;
mod words;

use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{Config, ConfigBuilder, Environment, File, FileFormat};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::setting::Setting;

pub use origins::Origins;
pub use server::{HeaderBytes, HttpStatus, LogFormat, SANDBOX, SERVER, Server};
pub use subscriptions::{SUBSCRIPTIONS, Subscriptions};
pub use webhooks::{WEBHOOKS, Webhooks};
pub use words::Words;

/// What stands at the end of a section's name for the names that the operator chooses.
const NAMED: &str = ".<name>";

/// A section of the settings: its name and its keys.
#[derive(Debug, Clone)]
pub struct Section {
    /// The name, in lower case.
    pub name: &'static str,
    /// The keys.
    pub settings: Vec<Setting>,
}

/// What is wrong with the settings: which key, where it was given, and what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read or is no TOML.
    #[error("settings file {file}: {problem}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A key that no section has.
    #[error("setting {key} is unknown{hint}")]
    Unknown {
        /// The key with its section.
        key: String,
        /// What may have been meant, or nothing.
        hint: String,
    },
    /// A value that cannot be read.
    #[error("setting {key} ({variable}): {problem}")]
    Value {
        /// The key with its section.
        key: String,
        /// The environment variable that sets it.
        variable: String,
        /// What is wrong with it and what was expected.
        problem: String,
    },
}

/// Where the settings come from, before anybody has read one.
#[derive(Debug)]
pub struct Sources {
    file: Option<PathBuf>,
    variables: Option<std::collections::HashMap<String, String>>,
    given: Vec<(String, String)>,
}

impl Sources {
    /// A file, where there is one, under the process's environment.
    pub fn new(file: Option<PathBuf>) -> Self {
        Self { file, variables: None, given: Vec::new() }
    }

    /// The same with a given environment in place of the process's.
    #[must_use]
    pub fn with_environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables = Some(variables.into_iter().collect());
        self
    }

    /// The same with a key set by the program itself, below file and environment.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.given.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Reads everything and checks that every key is declared by one of the sections.
    ///
    /// # Errors
    /// The first thing that is wrong, by its key.
    pub fn read(&self, sections: &[Section]) -> Result<Settings, Error> {
        let mut builder = self.defaults(sections)?;
        for (key, value) in &self.given {
            builder = builder.set_default(key.as_str(), value.as_str()).map_err(|error| misread(key, &error))?;
        }
        if let Some(file) = &self.file {
            builder = builder.add_source(File::from_str(&read_file(file)?, FileFormat::Toml));
        }
        let environment = Environment::with_prefix("ONRAMP").prefix_separator("__").separator("__").ignore_empty(true);
        let config = builder
            .add_source(environment.source(self.variables.clone()))
            .build()
            .map_err(|error| self.unreadable(&error))?;
        check_keys(&config, sections)?;
        let secrets = secrets(&config, sections);
        let settings = Settings { config, secrets };
        settings.check_secrets()?;
        Ok(settings)
    }

    fn defaults(&self, sections: &[Section]) -> Result<ConfigBuilder<DefaultState>, Error> {
        let mut builder = Config::builder();
        for section in sections {
            for setting in section.settings.iter().filter(|_| section.family().is_none()) {
                if let Some(default) = setting.default {
                    let key = format!("{}.{}", section.name, setting.key);
                    builder = builder.set_default(key.as_str(), default).map_err(|error| misread(&key, &error))?;
                }
            }
        }
        Ok(builder)
    }

    fn unreadable(&self, error: &config::ConfigError) -> Error {
        Error::File { file: self.file.clone().unwrap_or_default(), problem: error.to_string() }
    }
}

fn read_file(file: &Path) -> Result<String, Error> {
    let unreadable = |problem: String| Error::File { file: file.to_owned(), problem };
    // It is read more than once, and a pipe has nothing to give the second time.
    let is_regular = std::fs::metadata(file).map_err(|error| unreadable(error.to_string()))?.is_file();
    if !is_regular {
        return Err(unreadable("it is no regular file, which can be read again when it changes".to_owned()));
    }
    std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))
}

/// The settings as they are in force.
#[derive(Debug, Clone)]
pub struct Settings {
    config: Config,
    secrets: Vec<String>,
}

impl Settings {
    /// A section's values.
    ///
    /// # Errors
    /// The first value that cannot be read, by its key.
    pub fn section<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        let mut config = self.config.clone();
        for key in self.secrets.iter().filter(|key| key.rsplit_once('.').is_some_and(|(section, _)| section == name)) {
            if let Some(value) = self.secret_from_file(key)? {
                let with_secret = Config::builder().add_source(config).set_override(key.as_str(), value);
                config =
                    with_secret.and_then(ConfigBuilder::<DefaultState>::build).map_err(|error| misread(key, &error))?;
            }
        }
        let values = config
            .get::<config::Value>(name)
            .unwrap_or_else(|_| config::Value::new(None, config::Map::<String, config::Value>::new()));
        values.try_deserialize().map_err(|error| misread(name, &error))
    }

    /// The names that the operator has given to the tables of a section that is a table of tables.
    pub fn names(&self, family: &str) -> Vec<String> {
        names(&self.config, family)
    }

    /// A key's value as a text, from its own file where it is a secret that has one; none where it is not given.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn given(&self, section: &str, key: &str) -> Result<Option<SecretString>, Error> {
        let key = format!("{section}.{key}");
        let of_file = if self.secrets.contains(&key) { self.secret_from_file(&key)? } else { None };
        Ok(of_file.or_else(|| self.text(&key)).map(Into::into))
    }

    /// The same of what is no secret.
    pub fn text_of(&self, section: &str, key: &str) -> Option<String> {
        self.text(&format!("{section}.{key}"))
    }

    /// Whether a key has a value, be it given or by default. A secret's file counts.
    pub fn has(&self, section: &str, key: &str) -> bool {
        let key = format!("{section}.{key}");
        self.text(&key).is_some() || self.text(&format!("{key}_file")).is_some()
    }

    /// Checks that nothing is given of a section whose presence is told by one key, where that key is missing.
    ///
    /// # Errors
    /// The missing key, and what is given without it.
    pub fn check_absent(&self, section: &str, settings: &[Setting], presence: &str) -> Result<(), Error> {
        let is_given = |setting: &&Setting| {
            let value = self.text(&format!("{section}.{}", setting.key));
            value.is_some() && value.as_deref() != setting.default
        };
        match settings.iter().find(is_given) {
            Some(given) => {
                let problem = format!("is missing, and {section}.{} is of no use without it", given.key);
                Err(value_error(&format!("{section}.{presence}"), problem))
            }
            None => Ok(()),
        }
    }

    /// A key's value as text, with secrets told only to be there, and addresses without who they are called as.
    pub fn shown(&self, section: &str, setting: &Setting) -> Option<String> {
        if setting.secret {
            return self.has(section, setting.key).then(|| "(set)".to_owned());
        }
        self.text(&format!("{section}.{}", setting.key)).map(|text| mask::without_login(&text))
    }

    /// Every secret that is given.
    ///
    /// # Errors
    /// The first whose file cannot be read.
    pub fn secrets(&self) -> Result<Vec<SecretString>, Error> {
        let given = |key: &String| {
            let (section, key) = key.rsplit_once('.')?;
            self.given(section, key).transpose()
        };
        self.secrets.iter().filter_map(given).collect()
    }

    /// The files that hold secrets.
    pub fn secret_files(&self) -> impl Iterator<Item = PathBuf> {
        self.secrets.iter().filter_map(|key| self.text(&format!("{key}_file"))).map(PathBuf::from)
    }

    /// A value as text, a list as the text that gives it in the environment; one that is blank counts as not given.
    fn text(&self, key: &str) -> Option<String> {
        let list = || self.config.get::<Vec<String>>(key).ok().map(|items| items.join(","));
        self.config.get_string(key).ok().or_else(list).filter(|text| !text.trim().is_empty())
    }

    /// A secret that is there and blank was meant to be given: to take its API for absent would hide that.
    fn check_secrets(&self) -> Result<(), Error> {
        let keys = self.secrets.iter().flat_map(|key| [key.clone(), format!("{key}_file")]);
        let mut blank = keys.filter(|key| self.config.get_string(key).is_ok() && self.text(key).is_none());
        blank.next().map_or(Ok(()), |key| Err(value_error(&key, "is empty".to_owned())))
    }

    fn secret_from_file(&self, key: &str) -> Result<Option<String>, Error> {
        let file_key = format!("{key}_file");
        let Some(file) = self.text(&file_key) else {
            return Ok(None);
        };
        if self.text(key).is_some() {
            return Err(value_error(&file_key, format!("cannot be given together with {key}")));
        }
        let secret = std::fs::read_to_string(&file);
        let secret = secret.map_err(|error| value_error(&file_key, format!("{file}: {error}")))?;
        match secret.trim() {
            "" => Err(value_error(&file_key, format!("{file} is empty"))),
            secret => Ok(Some(secret.to_owned())),
        }
    }
}

fn secrets(config: &Config, sections: &[Section]) -> Vec<String> {
    let of_section = |section: &Section| {
        let names = match section.family() {
            Some(family) => names(config, family).into_iter().map(|name| format!("{family}.{name}")).collect(),
            None => vec![section.name.to_owned()],
        };
        let keys = section.settings.iter().filter(|setting| setting.secret).map(|setting| setting.key);
        names.iter().flat_map(|name| keys.clone().map(move |key| format!("{name}.{key}"))).collect::<Vec<_>>()
    };
    sections.iter().flat_map(of_section).collect()
}

fn names(config: &Config, family: &str) -> Vec<String> {
    let mut names: Vec<String> = config.get_table(family).unwrap_or_default().into_keys().collect();
    names.sort_unstable();
    names
}

fn check_keys(config: &Config, sections: &[Section]) -> Result<(), Error> {
    type Tree = std::collections::BTreeMap<String, config::Value>;
    let top = config.clone().try_deserialize::<Tree>().map_err(|error| misread("", &error))?;
    for (name, values) in top {
        let known = || sections.iter().map(|section| section.family().unwrap_or(section.name));
        let Some(section) = sections.iter().find(|section| section.family().unwrap_or(section.name) == name) else {
            return Err(unknown(&name, known()));
        };
        let values = table(&name, values)?;
        if section.family().is_none() {
            section.check(&name, &values)?;
            continue;
        }
        for (own, values) in values {
            let name = format!("{name}.{own}");
            check_name(&name, &own)?;
            section.check(&name, &table(&name, values)?)?;
        }
    }
    Ok(())
}

fn table(name: &str, values: config::Value) -> Result<config::Map<String, config::Value>, Error> {
    values.into_table().map_err(|_| value_error(name, "is a section, and was given a value of its own".to_owned()))
}

/// A name has to be one that the environment can say too.
fn check_name(key: &str, name: &str) -> Result<(), Error> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(is_plain) && !name.contains("__") {
        return Ok(());
    }
    let problem = "a name is of small letters, digits, \"-\" and \"_\"";
    Err(value_error(key, problem.to_owned()))
}

impl Section {
    /// What stands before the operator's names, where this is a table of tables.
    fn family(&self) -> Option<&'static str> {
        self.name.strip_suffix(NAMED)
    }

    fn check(&self, name: &str, values: &config::Map<String, config::Value>) -> Result<(), Error> {
        let mut keys: Vec<&String> = values.keys().filter(|key| !self.knows(key)).collect();
        keys.sort_unstable();
        let known = || self.settings.iter().map(|setting| setting.key);
        keys.first().map_or(Ok(()), |key| Err(unknown(&format!("{name}.{key}"), known())))
    }

    /// The sections that it stands for: itself, or one for each name that the operator has given.
    #[must_use]
    pub fn named(&self, settings: &Settings) -> Vec<String> {
        match self.family().map(|family| (family, settings.names(family))) {
            Some((family, names)) if !names.is_empty() => names.iter().map(|name| format!("{family}.{name}")).collect(),
            _ => vec![self.name.to_owned()],
        }
    }

    fn knows(&self, key: &str) -> bool {
        let is_file_of = |setting: &Setting| setting.secret && key.strip_suffix("_file") == Some(setting.key);
        self.settings.iter().any(|setting| setting.key == key || is_file_of(setting))
    }
}

fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.collect();
    Error::Unknown { key: key.to_owned(), hint: format!("; known here are {}", known.join(", ")) }
}

fn value_error(key: &str, problem: String) -> Error {
    let problem = if problem.contains('@') { mask::without_login(&problem) } else { problem };
    Error::Value { key: key.to_owned(), variable: variable(key), problem }
}

/// A section whose values were read and cannot be used.
pub fn unusable(section: &str, problem: impl std::fmt::Display) -> Error {
    value_error(section, problem.to_string())
}

/// The environment variable that sets a key.
pub fn variable(key: &str) -> String {
    format!("ONRAMP__{}", key.replace('.', "__").to_uppercase())
}

/// An error of the reading library with the key in front, and without the value where it may be a secret.
fn misread(section: &str, error: &config::ConfigError) -> Error {
    match error {
        config::ConfigError::Type { unexpected, expected, key, .. } => {
            let key = qualified(section, key.as_deref());
            value_error(&key, format!("found {unexpected}, expected {}", plainly(expected)))
        }
        config::ConfigError::At { error, key, .. } => {
            value_error(&qualified(section, key.as_deref()), error.to_string())
        }
        config::ConfigError::NotFound(key) => value_error(&qualified(section, Some(key)), "is missing".to_owned()),
        other => {
            let text = other.to_string();
            match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
                Some((key, _)) => value_error(&qualified(section, Some(key)), "is missing".to_owned()),
                None => value_error(section, text),
            }
        }
    }
}

/// What is expected, in other words than the reading library's where these mislead: no number here is below nothing.
fn plainly(expected: &str) -> &str {
    let is_number = expected == "an integer" || expected.starts_with("an unsigned ");
    if is_number { "a whole number that is not negative" } else { expected }
}

fn qualified(section: &str, key: Option<&str>) -> String {
    match key {
        Some(key) if section.is_empty() || key.starts_with(&format!("{section}.")) => key.to_owned(),
        Some(key) => format!("{section}.{key}"),
        None => section.to_owned(),
    }
}

#[cfg(test)]
mod tests;
