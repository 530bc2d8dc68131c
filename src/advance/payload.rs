//! Payloads: the record under its own name, what the caller can put right, and whether it was a dry run.

/// Declares a mutation's payload: its name, and the member that holds the record.
macro_rules! payload {
    ($(#[doc = $doc:literal])+ $name:ident { $(#[doc = $record_doc:literal])+ $record:ident: $type:ty }) => {
        $(#[doc = $doc])+
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $name {
            $(#[doc = $record_doc])+
            $record: Option<Result<$type, crate::error::Error>>,
            /// What the caller can put right; empty where it was done, or in a dry run would be.
            user_errors: Vec<crate::error::user::UserError>,
            /// Whether this only says what would happen: nothing was written.
            dry_run: bool,
        }

        impl From<crate::advance::Settled<$type>> for $name {
            fn from(settled: crate::advance::Settled<$type>) -> Self {
                Self { $record: settled.record, user_errors: settled.user_errors, dry_run: settled.is_dry_run }
            }
        }
    };
}

pub(crate) use payload;
