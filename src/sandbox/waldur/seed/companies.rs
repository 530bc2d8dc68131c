//! The seeded verifications as a table, oldest first: whose, of which company, and how far each has come.

use super::{OTHER, OWNER};

/// A verification of the seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) owner: u64,
    pub(super) country: &'static str,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) history: History,
    pub(super) progress: Progress,
}

/// What has happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    Started,
    /// The company register was asked; the code's ending tells what it said.
    Asked,
    /// It said yes, and a customer was made.
    BecameCustomer,
    /// Started for staff to look at, without a register.
    Manual,
    /// Staff approved the justification.
    Approved,
    /// Staff rejected it.
    Rejected,
    RanOut,
}

/// How much of its checklist is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Nothing,
    /// The first questions, among them some that are required.
    Begun,
    /// All that is required, shown or hidden, and nothing else.
    Required,
    Everything,
}

use History::{Approved, Asked, BecameCustomer, Manual, RanOut, Rejected, Started};
use Progress::{Begun, Everything, Nothing, Required};

const fn line(
    country: &'static str,
    code: &'static str,
    name: &'static str,
    history: History,
    progress: Progress,
) -> Line {
    Line { owner: OWNER, country, code, name, history, progress }
}

const fn others(line: Line) -> Line {
    Line { owner: OTHER, ..line }
}

pub(super) const LINES: [Line; 40] = [
    line("EE", "10421629", "AS Põhjala Teras", BecameCustomer, Everything),
    line("EE", "11317402", "OÜ Saaremaa Puit", BecameCustomer, Required),
    line("EE", "12066754", "OÜ Emajõe Tarkvara", Asked, Everything),
    line("EE", "14098213", "OÜ Hiiu Kalatööstus", RanOut, Nothing),
    line("AT", "FN 183267k", "Donau Analytik GmbH", BecameCustomer, Everything),
    others(line("AT", "FN 240915d", "Gruber Messtechnik GmbH", Asked, Required)),
    line("SE", "556703-7503", "Mälardalens Datahall AB", Asked, Nothing),
    line("EE", "80041233", "SA Tallinna Teaduspark", Asked, Required),
    line("EE", "12844091", "OÜ Läänemere Logistika", Rejected, Begun),
    line("SE", "556118-2049", "Kiruna Bergteknik AB", Approved, Nothing),
    line("EE", "16203503", "OÜ Nordwind Arvutuskeskus", Asked, Begun),
    line("AT", "FN 512404", "Tauern Robotik GmbH", Asked, Begun),
    line("EE", "10137319", "AS Tartu Mõõteriistad", Asked, Required),
    others(line("EE", "14770186", "OÜ Gruber Baltic", Started, Begun)),
    line("EE", "90010094", "MTÜ Avatud Andmed", Asked, Begun),
    line("AT", "FN 338812w", "Wachau Weinlogistik KG", Started, Nothing),
    line("SE", "559204-7716", "Vätterns Fordonsdata AB", Asked, Nothing),
    line("EE", "12500404", "OÜ Pärnu Rannapargid", Asked, Nothing),
    line("EE", "11985620", "AS Viru Energia", BecameCustomer, Everything),
    line("AT", "FN 077351s", "Grazer Klimarechenzentrum GmbH", Asked, Everything),
    line("EE", "14325871", "OÜ Võru Mets ja Maa", RanOut, Begun),
    line("SE", "556872-3310", "Göteborgs Marina System AB", Started, Nothing),
    line("EE", "12719403", "OÜ Rakvere Piimatööstus", Asked, Everything),
    line("AT", "FN 460128f", "Tiroler Schneeforschung GmbH", Manual, Begun),
    line("EE", "16044937", "OÜ Setomaa Käsitöö", Manual, Required),
    others(line("AT", "FN 291503", "Gruber Sensorik OG", Asked, Nothing)),
    line("EE", "10890214", "AS Kalevi Trükikoda", Approved, Required),
    line("EE", "14556018", "OÜ Haapsalu Ravimuda", Started, Required),
    line("AT", "FN 405219v", "Salzkammer Softwarehaus GmbH", Rejected, Required),
    line("SE", "556340-8891", "Umeå Skogsdata AB", RanOut, Nothing),
    line("EE", "12331470", "OÜ Narva Veepuhastus", Asked, Nothing),
    line("EE", "16310522", "OÜ Otepää Talispordikeskus", Started, Begun),
    line("AT", "FN 529640m", "Linzer Stahlprüfung GmbH", Started, Begun),
    line("EE", "80123779", "SA Eesti Mereinstituut", Manual, Nothing),
    line("EE", "14903358", "OÜ Valga Raudteeteenused", Started, Nothing),
    others(line("EE", "16112204", "OÜ Gruber Andmeladu", Asked, Everything)),
    line("AT", "FN 118403", "Burgenland Solarpark GmbH", Asked, Required),
    line("SE", "559317-0028", "Lunds Ljuskälla AB", Manual, Nothing),
    line("EE", "12675043", "OÜ Jõgeva Sordiaretus", Asked, Required),
    line("EE", "14218845", "OÜ Kuressaare Laevaehitus", Started, Begun),
];
