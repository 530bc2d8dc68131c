//! Answers to a checklist: each type of question takes its own kind, all are sent or none, and what was sent is read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::gateway::World;
use crate::writes::{answer, input_problem, mutate, questions, verification, writes, written};

/// An Estonian company that has answered nothing.
const COMPANY: &str = "OÜ Valga Raudteeteenused";
/// One that has answered everything, and is verified.
const ANSWERED: &str = "OÜ Emajõe Tarkvara";

const PDF: &str = "%PDF-1.7 articles of association";

/// The questions of a checklist, by their types.
struct Asked {
    visible: Vec<Value>,
}

impl Asked {
    async fn of(world: &World, company: &str) -> Self {
        Self { visible: questions(world, company).await }
    }

    fn question(&self, kind: &str) -> &Value {
        let question = self.visible.iter().find(|question| question["type"] == kind);
        question.unwrap_or_else(|| panic!("no {kind} is visible"))
    }

    fn id(&self, kind: &str) -> &str {
        self.question(kind)["uuid"].as_str().unwrap()
    }

    /// The ids of the options with these labels.
    fn options(&self, kind: &str, labels: &[&str]) -> Vec<String> {
        let options = self.question(kind)["options"].as_array().unwrap();
        let of =
            |label: &&str| options.iter().find(|option| option["label"] == **label).unwrap()["uuid"].as_str().unwrap();
        labels.iter().map(|label| of(label).to_owned()).collect()
    }

    fn existing(&self, kind: &str) -> &Value {
        &self.question(kind)["existingAnswer"]
    }
}

/// The hidden question, whose id a client finds among those that are still to be answered.
async fn hidden(world: &World, id: &str) -> String {
    let query = format!(
        r#"{{ verification(id: "{id}") {{ completionStatus {{ unansweredRequiredQuestions {{ uuid type }} }} }} }}"#
    );
    let data = world.data(&query).await;
    let unanswered = data["verification"]["completionStatus"]["unansweredRequiredQuestions"].as_array().unwrap();
    unanswered.iter().find(|question| question["type"] == "TEXT_AREA").unwrap()["uuid"].as_str().unwrap().to_owned()
}

fn submission(id: &str, answers: &[(&str, String)]) -> String {
    let answers =
        answers.iter().map(|(question, value)| format!("{{ questionId: {question:?}, value: {{ {value} }} }}"));
    let answers = answers.collect::<Vec<_>>().join(", ");
    format!(r#"verificationSubmitAnswers(id: "{id}", input: {{ answers: [{answers}] }})"#)
}

/// A file as an answer holds it.
fn file(name: &str, content: &str) -> String {
    format!("{{ name: {name:?}, content: {:?} }}", STANDARD.encode(content))
}

/// What the upstream is sent for it.
fn sent_file(name: &str, content: &str) -> Value {
    json!({ "name": name, "content": STANDARD.encode(content) })
}

/// An id as the upstream writes it.
fn simple(id: &str) -> String {
    id.replace('-', "")
}

fn payload(id: &str, status: &str, user_errors: &Value) -> Value {
    let shown = json!({ "id": format!("verification_{id}"), "status": status, "hasCustomer": false });
    json!({ "verification": shown, "userErrors": user_errors, "dryRun": false })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_question_is_answered_in_one_submission() {
    let world = World::start().await;
    let id = verification(&world, COMPANY);
    let asked = Asked::of(&world, COMPANY).await;
    let (intents, sector) =
        (asked.options("MULTI_SELECT", &["Research", "Teaching"]), asked.options("SINGLE_SELECT", &["Private"]));
    let hidden = hidden(&world, &id).await;
    let answers = [
        (asked.id("TEXT_INPUT"), r#"text: "info@valga.example""#.to_owned(), json!("info@valga.example")),
        (asked.id("MULTI_SELECT"), format!("options: {intents:?}"), json!([simple(&intents[0]), simple(&intents[1])])),
        (asked.id("SINGLE_SELECT"), format!("options: {sector:?}"), json!([simple(&sector[0])])),
        (asked.id("BOOLEAN"), "boolean: true".to_owned(), json!(true)),
        // It is visible by the answer before it alone.
        (hidden.as_str(), r#"text: "Names,\nfrom our staff""#.to_owned(), json!("Names,\nfrom our staff")),
        (asked.id("NUMBER"), "number: 12".to_owned(), json!(12)),
        (asked.id("DATE"), r#"date: "2027-02-28""#.to_owned(), json!("2027-02-28")),
        (asked.id("FILE"), format!("file: {}", file("articles.pdf", PDF)), sent_file("articles.pdf", PDF)),
        (
            asked.id("MULTIPLE_FILES"),
            format!("files: [{}, {}]", file("one.txt", "one"), file("two", "two")),
            json!([sent_file("one.txt", "one"), sent_file("two", "two")]),
        ),
    ];
    let said: Vec<(&str, String)> = answers.iter().map(|(question, value, _)| (*question, value.clone())).collect();
    assert_eq!(mutate(&world, &submission(&id, &said)).await, payload(&id, "PENDING", &json!([])));

    let sent =
        |(question, _, data): &(&str, String, Value)| json!({ "question_uuid": simple(question), "answer_data": data });
    let posts = writes(world.sandbox.waldur());
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].path, format!("/api/onboarding-verifications/{}/submit_answers/", simple(&id)));
    assert_eq!(posts[0].body, Some(answers.iter().map(sent).collect()));

    let asked = Asked::of(&world, COMPANY).await;
    for (kind, index) in
        [("TEXT_INPUT", 0), ("MULTI_SELECT", 1), ("SINGLE_SELECT", 2), ("BOOLEAN", 3), ("TEXT_AREA", 4)]
            .into_iter()
            .chain([("NUMBER", 5), ("DATE", 6)])
    {
        assert_eq!(asked.existing(kind), &json!({ "answerData": answers[index].2 }), "{kind}");
    }
    assert_eq!(asked.existing("FILE")["answerData"]["name"], "articles.pdf");
    let names = asked.existing("MULTIPLE_FILES")["answerData"].as_array().unwrap();
    assert_eq!(names.iter().map(|file| &file["name"]).collect::<Vec<_>>(), ["one.txt", "two"]);
    let done = world.data(&format!(r#"{{ verification(id: "{id}") {{ completionStatus {{ isCompleted }} }} }}"#)).await;
    assert_eq!(done, json!({ "verification": { "completionStatus": { "isCompleted": true } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_do_not_fit_are_refused_each_by_its_place() {
    let world = World::start_with(&[("ONRAMP__LIMITS__DOCUMENT_BYTES", "4000000")]).await;
    let id = verification(&world, COMPANY);
    let asked = Asked::of(&world, COMPANY).await;
    let sector = asked.options("SINGLE_SELECT", &["Public", "Private"]);
    let stranger = "00000000-0000-4000-8000-000000000000";
    let large = "a".repeat(1024 * 1024 + 1);
    let text = asked.id("TEXT_INPUT");
    let cases = [
        (text, "boolean: true".to_owned(), "The question takes text."),
        (asked.id("MULTI_SELECT"), "options: []".to_owned(), "No option is chosen; take the answer away instead."),
        (
            asked.id("SINGLE_SELECT"),
            format!("options: {sector:?}"),
            "2 options are chosen, and the question takes one.",
        ),
        (asked.id("BOOLEAN"), r#"text: "yes""#.to_owned(), "The question takes boolean."),
        (asked.id("NUMBER"), "number: 0".to_owned(), "0 is not from 1.0000 to 100000.0000."),
        (asked.id("DATE"), r#"text: "3 Feb 2027""#.to_owned(), "The question takes date."),
        (asked.id("FILE"), format!("file: {}", file("a.exe", PDF)), "\"a.exe\" is none of .pdf, .txt."),
        (
            asked.id("MULTIPLE_FILES"),
            format!("files: [{}]", vec![file("a.pdf", PDF); 4].join(", ")),
            "There are 4 files, and the question takes 3.",
        ),
        (stranger, r#"text: "x""#.to_owned(), "The checklist has no such question."),
        (text, r#"text: "again""#.to_owned(), "The question is answered twice."),
    ];
    let said: Vec<(&str, String)> = cases.iter().map(|(question, value, _)| (*question, value.clone())).collect();
    let problem = |(index, (_, _, why)): (usize, &(&str, String, &str))| {
        input_problem("INVALID_INPUT", &["input", "answers", &index.to_string()], why)
    };
    let problems: Value = cases.iter().enumerate().map(problem).collect();
    assert_eq!(mutate(&world, &submission(&id, &said)).await, payload(&id, "PENDING", &problems));
    for (kind, value, why) in [
        ("SINGLE_SELECT", format!("options: [{stranger:?}]"), format!("The question has no option {stranger}.")),
        ("MULTI_SELECT", format!("options: {sector:?}"), format!("The question has no option {}.", sector[0])),
        ("NUMBER", "number: 100000.5".to_owned(), "100000.5 is not from 1.0000 to 100000.0000.".to_owned()),
        ("FILE", format!("file: {}", file("a.txt", &large)), "\"a.txt\" is larger than 1 MB.".to_owned()),
        (
            "FILE",
            r#"file: { name: "a.pdf", content: "%" }"#.to_owned(),
            "The content of \"a.pdf\" is not base64.".to_owned(),
        ),
        ("TEXT_INPUT", r#"text: " ""#.to_owned(), "The text is empty; take the answer away instead.".to_owned()),
    ] {
        let problems = json!([input_problem("INVALID_INPUT", &["input", "answers", "0"], &why)]);
        assert_eq!(mutate(&world, &answer(&id, asked.id(kind), &value)).await, payload(&id, "PENDING", &problems));
    }
    let problem = input_problem("INVALID_INPUT", &["input", "answers"], "There is no answer.");
    assert_eq!(mutate(&world, &submission(&id, &[])).await, payload(&id, "PENDING", &json!([problem])));
    let path = ["input", "answers", "0", "value", "remove"];
    let problem = input_problem("INVALID_INPUT", &path, "An answer is taken away by true.");
    assert_eq!(mutate(&world, &answer(&id, text, "remove: false")).await, payload(&id, "PENDING", &json!([problem])));
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_fit_keeps_all_the_others_back() {
    let world = World::start().await;
    let id = verification(&world, COMPANY);
    let asked = Asked::of(&world, COMPANY).await;
    let said = [(asked.id("BOOLEAN"), "boolean: false".to_owned()), (asked.id("NUMBER"), "number: 100001".to_owned())];
    let why = "100001 is not from 1.0000 to 100000.0000.";
    let problem = input_problem("INVALID_INPUT", &["input", "answers", "1"], why);
    assert_eq!(mutate(&world, &submission(&id, &said)).await, payload(&id, "PENDING", &json!([problem])));
    assert_eq!(Asked::of(&world, COMPANY).await.existing("BOOLEAN"), &Value::Null);
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_takes_the_place_of_another() {
    let world = World::start().await;
    let id = verification(&world, COMPANY);
    let asked = Asked::of(&world, COMPANY).await;
    for number in [1, 100_000] {
        mutate(&world, &answer(&id, asked.id("NUMBER"), &format!("number: {number}"))).await;
        assert_eq!(Asked::of(&world, COMPANY).await.existing("NUMBER"), &json!({ "answerData": number }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_answer_can_be_taken_away() {
    let world = World::start().await;
    let id = verification(&world, ANSWERED);
    let asked = Asked::of(&world, ANSWERED).await;
    let kinds = ["TEXT_INPUT", "MULTI_SELECT", "SINGLE_SELECT", "NUMBER", "DATE", "FILE", "MULTIPLE_FILES", "BOOLEAN"];
    for kind in kinds {
        assert_ne!(asked.existing(kind), &Value::Null, "{kind}");
    }
    let removals = kinds.map(|kind| (asked.id(kind), "remove: true".to_owned()));
    assert_eq!(mutate(&world, &submission(&id, &removals)).await, payload(&id, "VERIFIED", &json!([])));
    let asked = Asked::of(&world, ANSWERED).await;
    for kind in kinds {
        assert_eq!(asked.existing(kind), &Value::Null, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_replaced_by_taking_the_old_one_away_first() {
    let world = World::start().await;
    let id = verification(&world, ANSWERED);
    let asked = Asked::of(&world, ANSWERED).await;
    let question = asked.id("FILE");
    let replacement = answer(&id, question, &format!("file: {}", file("new.pdf", PDF)));
    let why = "The question has a file already; take that answer away first.";
    let problem = input_problem("INVALID_INPUT", &["input", "answers", "0"], why);
    assert_eq!(mutate(&world, &replacement).await, payload(&id, "VERIFIED", &json!([problem])));
    assert_eq!(written(&world), [""; 0]);
    for call in [answer(&id, question, "remove: true"), replacement] {
        assert_eq!(mutate(&world, &call).await, payload(&id, "VERIFIED", &json!([])));
    }
    let kept = &Asked::of(&world, ANSWERED).await;
    assert_eq!(kept.existing("FILE")["answerData"]["name"], "new.pdf");
    assert_eq!(kept.existing("FILE")["answerData"]["size"], PDF.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_without_a_checklist_takes_no_answer() {
    let world = World::start().await;
    let id = verification(&world, "Göteborgs Marina System AB");
    let question = "00000000-0000-4000-8000-000000000000";
    let problem = input_problem("INVALID_INPUT", &["input", "answers"], "The verification has no checklist.");
    let refused = mutate(&world, &answer(&id, question, "boolean: true")).await;
    assert_eq!(refused, payload(&id, "PENDING", &json!([problem])));
    assert_eq!(written(&world), [""; 0]);
}
