//! The customer that a verified company becomes.
//!
//! The upstream shows it once, in the answer to its creation, under the very names that the graph uses: so these structs
//! are read from that answer as they stand, where every other thing has a body of its own in `rest`.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};

use crate::scalar::{DateTime, Decimal, Uuid};

/// A customer. It can be read once, in the answer of the mutation that creates it.
#[derive(Debug, Clone, Deserialize, SimpleObject, Serialize)]
pub(crate) struct Customer {
    /// The upstream's own id.
    pub(crate) uuid: Option<Uuid>,
    /// The address of the customer at the upstream.
    pub(crate) url: Option<String>,
    /// When it was made.
    #[serde(rename = "created")]
    pub(crate) created_at: Option<DateTime>,
    /// The groups that it belongs to.
    pub(crate) organization_groups: Option<Vec<OrganizationGroup>>,
    /// The name to show.
    pub(crate) display_name: Option<String>,
    /// Its projects.
    pub(crate) projects: Option<Vec<CustomerProject>>,
    /// The id that another system knows it by.
    pub(crate) backend_id: Option<String>,
    /// The address of its picture.
    pub(crate) image: Option<String>,
    /// Whether it is kept from using anything.
    pub(crate) blocked: Option<bool>,
    /// Whether it is no longer in use.
    pub(crate) archived: Option<bool>,
    /// Whether its projects show what they cost.
    pub(crate) display_billing_info_in_projects: Option<bool>,
    /// The tax that is added, in percent.
    pub(crate) default_tax_percent: Option<Decimal>,
    /// From when on it is billed.
    pub(crate) accounting_start_date: Option<DateTime>,
    /// How many projects it has.
    pub(crate) projects_count: Option<i32>,
    /// How many users it has.
    pub(crate) users_count: Option<i32>,
    /// The number of whoever pays for it.
    pub(crate) sponsor_number: Option<i32>,
    /// The name of its country.
    pub(crate) country_name: Option<String>,
    /// The most service accounts that it may have.
    pub(crate) max_service_accounts: Option<i32>,
    /// The checklist that its projects answer.
    pub(crate) project_metadata_checklist: Option<String>,
    /// For how long it may owe, in days.
    pub(crate) grace_period_days: Option<i32>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its name as a part of addresses.
    pub(crate) slug: Option<String>,
    /// Its name in its own language.
    pub(crate) native_name: Option<String>,
    /// Its name, shortened.
    pub(crate) abbreviation: Option<String>,
    /// What there is to say of it.
    pub(crate) description: Option<String>,
    /// How to reach it, in free text.
    pub(crate) contact_details: Option<String>,
    /// The number of its agreement.
    pub(crate) agreement_number: Option<String>,
    /// Its e-mail address.
    pub(crate) email: Option<String>,
    /// Its phone number.
    pub(crate) phone_number: Option<String>,
    /// The networks that it may be reached from.
    pub(crate) access_subnets: Option<String>,
    /// Its number in its country's register.
    pub(crate) registration_code: Option<String>,
    /// The address of its web site.
    pub(crate) homepage: Option<String>,
    /// Its internet domain.
    pub(crate) domain: Option<String>,
    /// Its number for value-added tax.
    pub(crate) vat_code: Option<String>,
    /// Its postal code.
    pub(crate) postal: Option<String>,
    /// Its street address.
    pub(crate) address: Option<String>,
    /// The name of its bank.
    pub(crate) bank_name: Option<String>,
    /// Where it is, in degrees north.
    pub(crate) latitude: Option<f64>,
    /// Where it is, in degrees east.
    pub(crate) longitude: Option<f64>,
    /// The number of its bank account.
    pub(crate) bank_account: Option<String>,
    /// Its country, as ISO 3166-1 alpha-2.
    pub(crate) country: Option<String>,
    /// Where notices go, separated by commas.
    pub(crate) notification_emails: Option<String>,
    /// How it pays.
    pub(crate) payment_profiles: Option<Vec<PaymentProfile>>,
    /// The credit that it has.
    pub(crate) customer_credit: Option<f64>,
    /// The credit that no project of it has been given.
    pub(crate) customer_unallocated_credit: Option<f64>,
    /// Whether it provides services itself.
    pub(crate) is_service_provider: Option<bool>,
    /// The address of the provider that it is.
    pub(crate) service_provider: Option<String>,
    /// The id of the provider that it is.
    pub(crate) service_provider_uuid: Option<String>,
    /// The id of the organisation that manages its calls.
    pub(crate) call_managing_organization_uuid: Option<String>,
    /// What it is expected to cost.
    pub(crate) billing_price_estimate: Option<PriceEstimate>,
}

/// A group that customers belong to.
#[derive(Debug, Clone, Deserialize, SimpleObject, Serialize)]
pub(crate) struct OrganizationGroup {
    /// The upstream's own id.
    pub(crate) uuid: Option<Uuid>,
    /// The address of the group at the upstream.
    pub(crate) url: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The id of the group above it.
    pub(crate) parent_uuid: Option<Uuid>,
    /// The name of the group above it.
    pub(crate) parent_name: Option<String>,
    /// The address of the group above it.
    pub(crate) parent: Option<String>,
    /// How many customers it has.
    pub(crate) customers_count: Option<i32>,
}

/// A project of a customer.
#[derive(Debug, Clone, Deserialize, SimpleObject, Serialize)]
pub(crate) struct CustomerProject {
    /// The address of the project at the upstream.
    pub(crate) url: Option<String>,
    /// The upstream's own id.
    pub(crate) uuid: Option<Uuid>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The address of its picture.
    pub(crate) image: Option<String>,
    /// How many resources it has.
    pub(crate) resource_count: Option<i32>,
    /// When it ends, as the upstream writes it.
    pub(crate) end_date: Option<String>,
}

/// A way in which a customer pays.
#[derive(Debug, Clone, Deserialize, SimpleObject, Serialize)]
pub(crate) struct PaymentProfile {
    /// The upstream's own id.
    pub(crate) uuid: Option<Uuid>,
    /// The address of the profile at the upstream.
    pub(crate) url: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The id of the customer.
    pub(crate) organization_uuid: Option<Uuid>,
    /// The address of the customer at the upstream.
    pub(crate) organization: Option<String>,
    /// What was agreed.
    pub(crate) attributes: Option<PaymentProfileAttributes>,
    /// The upstream's word for the kind: `fixed_price`, `invoices` or `payment_gw_monthly`.
    pub(crate) payment_type: Option<String>,
    /// The same for people.
    pub(crate) payment_type_display: Option<String>,
    /// Whether it is in use.
    pub(crate) is_active: Option<bool>,
}

/// What was agreed about a payment.
#[derive(Debug, Clone, Deserialize, SimpleObject, Serialize)]
pub(crate) struct PaymentProfileAttributes {
    /// When the agreement ends, as the upstream writes it.
    pub(crate) end_date: Option<String>,
    /// The number of the agreement.
    pub(crate) agreement_number: Option<String>,
    /// The sum that was agreed.
    pub(crate) contract_sum: Option<i32>,
}

/// What a customer is expected to cost.
#[derive(Debug, Clone, Deserialize, SimpleObject, Serialize)]
pub(crate) struct PriceEstimate {
    /// All of it.
    pub(crate) total: Option<Decimal>,
    /// What it is so far.
    pub(crate) current: Option<Decimal>,
    /// The tax on all of it.
    pub(crate) tax: Option<Decimal>,
    /// The tax on what it is so far.
    pub(crate) tax_current: Option<Decimal>,
}
