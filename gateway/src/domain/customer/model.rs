//! Contacts and rulings against a naive model, in any order.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::Whose;
use super::stories::{comes, owned, rule, serve, showroom, to};
use crate::domain::command::Command;
use crate::domain::{Rules, State};

/// What happens to a customer, in any order.
#[derive(Debug, Clone)]
enum Step {
    /// One of the consultants has them until the end of a visit.
    Served(usize),
    /// A manager gives them to one of the consultants, or to nobody.
    Ruled(Option<usize>),
    Stays,
    Undone,
    Passes(i64),
}

const NAMES: [&str; 3] = ["a", "b", "c"];

/// One of the consultants, and since when.
type Held = (usize, DateTime<Utc>);

/// Whose they are, as one would keep it by hand.
#[derive(Default)]
struct Naive {
    owner: Option<Held>,
    /// Rulings on which no contact has followed, and whose they were before each.
    rulings: Vec<(DateTime<Utc>, Option<Held>)>,
}

impl Naive {
    fn owner(&self, now: DateTime<Utc>) -> Option<usize> {
        self.owner.filter(|(_, since)| now - *since <= TimeDelta::days(30)).map(|(who, _)| who)
    }

    fn rule(&mut self, to: Option<usize>, now: DateTime<Utc>) {
        self.rulings.push((now, self.owner));
        self.owner = to.map(|to| (to, now));
    }

    /// Whether that was possible.
    fn undo(&mut self, now: DateTime<Utc>) -> bool {
        let recent = self.rulings.pop_if(|(at, _)| now - *at <= TimeDelta::minutes(2));
        self.owner = recent.map_or(self.owner, |(_, before)| before);
        recent.is_some()
    }

    fn serve(&mut self, who: usize, now: DateTime<Utc>) {
        // Whoever stands in for the owner takes nobody away.
        if self.owner(now).is_none_or(|owner| owner == who) {
            *self = Self { owner: Some((who, now)), rulings: Vec::new() };
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let passes = prop_oneof![0_i64..200, Just(86_400), Just(20 * 86_400), Just(30 * 86_400)];
    prop_oneof![
        (0..NAMES.len()).prop_map(Step::Served),
        proptest::option::of(0..NAMES.len()).prop_map(Step::Ruled),
        Just(Step::Stays),
        Just(Step::Undone),
        passes.prop_map(Step::Passes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn contacts_rulings_and_time_in_any_order_come_to_what_one_would_keep_by_hand(steps in proptest::collection::vec(any_step(), 1..24)) {
        let (mut scene, lead) = showroom();
        let since = owned(&scene, lead).unwrap().since;
        let mut naive = Naive { owner: Some((0, since)), rulings: Vec::new() };
        for step in steps {
            match step {
                Step::Served(who) => {
                    let visit = comes(&mut scene, false);
                    serve(&mut scene, NAMES[who], visit);
                    naive.serve(who, scene.now);
                }
                Step::Ruled(whose) => {
                    rule(&mut scene, "man", lead, whose.map_or(Whose::Nobody, |who| to(NAMES[who]))).unwrap();
                    naive.rule(whose, scene.now);
                }
                Step::Stays => {
                    rule(&mut scene, "man", lead, Whose::Stays).unwrap();
                    naive.rule(naive.owner(scene.now), scene.now);
                }
                Step::Undone => {
                    let done = scene.by("man", Command::UndoRuling(lead)).is_ok();
                    prop_assert_eq!(done, naive.undo(scene.now));
                }
                Step::Passes(seconds) => scene.advance(TimeDelta::seconds(seconds)),
            }
            let expect = naive.owner(scene.now).map(|who| NAMES[who]);
            let found = owned(&scene, lead);
            prop_assert_eq!(found.as_ref().map(|owned| owned.staff.as_str()), expect);
        }
        let mut state = State::default();
        state.configure(Rules::default());
        for (at, event) in &scene.all {
            state.apply(event, *at);
        }
        prop_assert_eq!(&state.customers, &scene.state.customers, "a replay comes to the same");
    }
}
