//! How far a record's checklist has come: its answers, what they make visible, what is still open.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::checklist::{Checklist, Condition, Expected, Feeds, Question};
use super::moment;
use super::users::User;

/// The answers of one record to one checklist.
#[derive(Clone, Debug)]
pub(super) struct Completion {
    pub(super) uuid: Uuid,
    pub(super) checklist: Uuid,
    pub(super) created: Timestamp,
    /// Every read saves a completion anew, so this moves although nothing changed.
    pub(super) modified: Timestamp,
    /// Oldest first. A question has an answer per user who answered it.
    pub(super) answers: Vec<Answer>,
}

/// What one user answered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) uuid: Uuid,
    pub(super) question: Uuid,
    pub(super) user: u64,
    pub(super) data: Value,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
}

/// Which questions of a checklist to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Those that are always there, and those that an answer made visible.
    Visible,
    All,
}

impl Completion {
    /// A required question counts although it is hidden.
    pub(super) fn is_completed(&self, checklist: &Checklist) -> bool {
        self.open(checklist).next().is_none()
    }

    /// The completion by itself.
    pub(super) fn shown(&self, checklist: &Checklist) -> Value {
        json!({
            "uuid": self.uuid.simple().to_string(),
            "is_completed": self.is_completed(checklist),
            "completion_percentage": self.percentage(checklist),
            "unanswered_required_questions": self.open(checklist).map(Question::named).collect::<Vec<_>>(),
            "checklist_name": checklist.name,
            "checklist_description": checklist.description,
            "created": moment::written(self.created),
            "modified": moment::written(self.modified),
        })
    }

    /// The questions, each with the oldest answer it has.
    pub(super) fn questions(&self, checklist: &Checklist, shown: Shown, users: &[User]) -> Value {
        let numbered = (1..).zip(&checklist.questions);
        let visible = numbered.filter(|(_, question)| shown == Shown::All || self.makes_visible(question));
        visible
            .map(|(order, question)| {
                let answer = self.answer_to(question.uuid);
                question.shown(order, &answer.map_or(Value::Null, |it| it.shown(question, users)))
            })
            .collect()
    }

    /// `user_submitted_customer_data`: where two users answered, the older answer counts.
    pub(super) fn customer_data(&self, checklist: &Checklist) -> Map<String, Value> {
        self.fed(checklist, |feeds| match feeds {
            Feeds::Customer(member) => Some(member),
            Feeds::Intent(_) => None,
        })
    }

    /// `onboarding_metadata`.
    pub(super) fn metadata(&self, checklist: &Checklist) -> Map<String, Value> {
        self.fed(checklist, |feeds| match feeds {
            Feeds::Intent(member) => Some(member),
            Feeds::Customer(_) => None,
        })
    }

    fn fed(&self, checklist: &Checklist, member: impl Fn(Feeds) -> Option<&'static str>) -> Map<String, Value> {
        let fed = checklist.questions.iter().filter_map(|question| {
            let member = question.feeds.and_then(&member)?;
            Some((member.to_owned(), self.answer_to(question.uuid)?.data.clone()))
        });
        fed.collect()
    }

    fn open<'a>(&'a self, checklist: &'a Checklist) -> impl Iterator<Item = &'a Question> {
        let required = checklist.questions.iter().filter(|question| question.required);
        required.filter(|question| self.answer_to(question.uuid).is_none())
    }

    /// Rows are counted, not questions: with a second user's answers it passes 100.
    #[expect(clippy::cast_precision_loss, reason = "a checklist has fewer questions than a float has digits")]
    fn percentage(&self, checklist: &Checklist) -> f64 {
        if checklist.questions.is_empty() {
            return 100.0;
        }
        let share = self.answers.len() as f64 / checklist.questions.len() as f64;
        (share * 1000.0).round() / 10.0
    }

    fn answer_to(&self, question: Uuid) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.question == question)
    }

    fn makes_visible(&self, question: &Question) -> bool {
        question.shown_when.as_ref().is_none_or(|condition| self.satisfies(condition))
    }

    fn satisfies(&self, condition: &Condition) -> bool {
        let Some(answer) = self.answer_to(condition.question) else {
            return false;
        };
        match &condition.answer {
            Expected::Equal(value) => answer.data == *value,
            Expected::AnyOf(choices) => chosen(&answer.data).any(|choice| choices.contains(&choice)),
        }
    }
}

impl Answer {
    fn shown(&self, question: &Question, users: &[User]) -> Value {
        let user = users.iter().find(|user| user.pk == self.user);
        json!({
            "uuid": self.uuid.simple().to_string(),
            "question_description": question.description,
            "question_type": question.kind.name(),
            "question_required": question.required,
            "answer_data": self.data,
            "user": self.user,
            "user_name": user.map_or("", |user| user.full_name),
            "created": moment::written(self.created),
            "modified": moment::written(self.modified),
        })
    }
}

fn chosen(data: &Value) -> impl Iterator<Item = Uuid> {
    let choices = data.as_array().map_or(&[][..], Vec::as_slice);
    choices.iter().filter_map(|choice| Uuid::parse_str(choice.as_str()?).ok())
}
