use serde_json::{Value, json};

use super::fitted;
use crate::scalar::Uuid;
use crate::waldur::model::{
    Answer, AnswerFile, AnswerValue, Checklist, ChecklistQuestion, ExistingAnswer, QuestionOption, QuestionType,
};

const QUESTION: &str = "0000ee01000040008000000000000001";
const OPTION: &str = "0000ee40000040008000000000000001";

fn uuid(text: &str) -> Uuid {
    text.parse().unwrap()
}

fn question(kind: QuestionType) -> ChecklistQuestion {
    ChecklistQuestion {
        uuid: uuid(QUESTION),
        description: None,
        guidance: None,
        kind,
        raw_type: kind.word().unwrap_or("hologram").to_owned(),
        required: true,
        order: None,
        existing_answer: None,
        options: vec![QuestionOption { uuid: uuid(OPTION), label: None, order: None }],
        min_value: Some("1".parse().unwrap()),
        max_value: Some("10.5".parse().unwrap()),
        allowed_file_types: vec![".pdf".to_owned()],
        allowed_mime_types: Vec::new(),
        max_file_size_mb: Some(0.001),
        max_files_count: Some(1),
    }
}

fn checklist(question: ChecklistQuestion) -> Checklist {
    Checklist { uuid: None, name: None, description: None, kind: None, completion: None, questions: vec![question] }
}

/// What is sent for one answer to one question, or why nothing is.
fn sent(question: ChecklistQuestion, value: AnswerValue) -> Result<Value, String> {
    let answers = [Answer { question: uuid(QUESTION), value }];
    let fitted = fitted(&checklist(question), &answers);
    fitted.map(|mut sent| sent.remove(0).1).map_err(|mut misfits| misfits.remove(0).why)
}

fn file(name: &str, content: &str) -> AnswerFile {
    AnswerFile { name: name.to_owned(), content: content.to_owned() }
}

#[test]
fn each_type_of_question_takes_its_own_kind_of_answer() {
    let option = || AnswerValue::Options(vec![uuid(OPTION)]);
    let pdf = || file("a.PDF", "YQ==");
    let pdf_json = json!({"name": "a.PDF", "content": "YQ=="});
    let cases = [
        (QuestionType::TextInput, AnswerValue::Text("x".to_owned()), json!("x")),
        (QuestionType::TextArea, AnswerValue::Text("x\ny".to_owned()), json!("x\ny")),
        (QuestionType::Number, AnswerValue::Number(10.5), json!(10.5)),
        (QuestionType::Number, AnswerValue::Number(3.0), json!(3)),
        (QuestionType::Boolean, AnswerValue::Flag(false), json!(false)),
        (QuestionType::Date, AnswerValue::Date("2024-02-29".parse().unwrap()), json!("2024-02-29")),
        (QuestionType::SingleSelect, option(), json!([OPTION])),
        (QuestionType::MultiSelect, option(), json!([OPTION])),
        (QuestionType::File, AnswerValue::File(pdf()), pdf_json.clone()),
        (QuestionType::MultipleFiles, AnswerValue::Files(vec![pdf()]), json!([pdf_json])),
        (QuestionType::Unrecognized, AnswerValue::Plain(json!({"a": 1})), json!({"a": 1})),
        (QuestionType::Number, AnswerValue::Nothing, Value::Null),
    ];
    for (kind, value, expected) in cases {
        assert_eq!(sent(question(kind), value), Ok(expected), "{kind:?}");
    }
}

#[test]
fn what_does_not_fit_says_why() {
    let two = || AnswerValue::Options(vec![uuid(OPTION), uuid(QUESTION)]);
    let twice = AnswerValue::Options(vec![uuid(OPTION), uuid(OPTION)]);
    let cases = [
        (QuestionType::Number, AnswerValue::Flag(true), "The question takes number."),
        (QuestionType::Number, AnswerValue::Number(0.5), "0.5 is not from 1 to 10.5."),
        (QuestionType::Number, AnswerValue::Number(11.0), "11 is not from 1 to 10.5."),
        (QuestionType::Number, AnswerValue::Number(f64::NAN), "NaN is no number that can be taken."),
        (QuestionType::TextInput, AnswerValue::Number(1.0), "The question takes text."),
        (QuestionType::TextInput, AnswerValue::Text("a\0b".to_owned()), "The text holds a NUL character."),
        (QuestionType::SingleSelect, two(), "2 options are chosen, and the question takes one."),
        (QuestionType::MultiSelect, two(), "The question has no option 0000ee01-0000-4000-8000-000000000001."),
        (QuestionType::MultiSelect, twice, "An option is chosen twice."),
        (
            QuestionType::MultiSelect,
            AnswerValue::Options(Vec::new()),
            "No option is chosen; take the answer away instead.",
        ),
        (QuestionType::File, AnswerValue::File(file("a.exe", "YQ==")), "\"a.exe\" is none of .pdf."),
        (QuestionType::File, AnswerValue::File(file("a.pdf", "%")), "The content of \"a.pdf\" is not base64."),
        (
            QuestionType::File,
            AnswerValue::File(file("a.pdf", &"YWFh".repeat(400))),
            "\"a.pdf\" is larger than 0.001 MB.",
        ),
        (
            QuestionType::MultipleFiles,
            AnswerValue::Files(vec![file("a.pdf", "YQ=="), file("b.pdf", "YQ==")]),
            "There are 2 files, and the question takes 1.",
        ),
        (
            QuestionType::Unrecognized,
            AnswerValue::Text("x".to_owned()),
            "The question is of a type that is not known here (hologram) and takes json.",
        ),
    ];
    for (kind, value, expected) in cases {
        assert_eq!(sent(question(kind), value), Err(expected.to_owned()), "{kind:?}");
    }
}

#[test]
fn a_file_whose_ending_tells_another_media_type_than_the_allowed_ones_is_refused() {
    let asked = |allowed: &[&str], name: &str| {
        let question = ChecklistQuestion {
            allowed_file_types: Vec::new(),
            allowed_mime_types: allowed.iter().map(|&allowed| allowed.to_owned()).collect(),
            ..question(QuestionType::File)
        };
        sent(question, AnswerValue::File(file(name, "YQ==")))
    };
    let both = ["Application/PDF", "image/*"];
    let taken = [(&both[..], "a.PDF"), (&both, "a.b.png"), (&both, "a.hologram"), (&both, "a"), (&[], "a.exe")];
    for (allowed, name) in taken {
        assert_eq!(asked(allowed, name), Ok(json!({ "name": name, "content": "YQ==" })), "{name}");
    }
    for name in ["a.txt", "pdf.exe", "a.pdf.docx"] {
        let expected = format!("{name:?} is by its ending none of Application/PDF, image/*.");
        assert_eq!(asked(&both, name), Err(expected), "{name}");
    }
}

#[test]
fn a_file_never_takes_the_place_of_another() {
    let held = ExistingAnswer { uuid: None, answer_data: None, user_name: None, created_at: None, modified_at: None };
    let answered = ChecklistQuestion { existing_answer: Some(held), ..question(QuestionType::File) };
    let expected = "The question has a file already; take that answer away first.";
    assert_eq!(sent(answered, AnswerValue::File(file("a.pdf", "YQ=="))), Err(expected.to_owned()));
}

#[test]
fn strange_and_repeated_questions_are_named_by_their_place() {
    let answer = |id: &str| Answer { question: uuid(id), value: AnswerValue::Flag(true) };
    let answers = [answer(QUESTION), answer(OPTION), answer(QUESTION)];
    let misfits = fitted(&checklist(question(QuestionType::Boolean)), &answers).unwrap_err();
    let told: Vec<(usize, &str)> = misfits.iter().map(|misfit| (misfit.index, misfit.why.as_str())).collect();
    assert_eq!(told, [(1, "The checklist has no such question."), (2, "The question is answered twice.")]);
}
