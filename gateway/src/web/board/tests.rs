use chrono::TimeDelta;

use super::super::tests::samples::{member, visit};
use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn somebody(id: &str, presence: Presence, since: i64) -> FloorMember {
    FloorMember { presence, since: Some(at(since)), ..member(id) }
}

fn floor(staff: Vec<FloorMember>, visits: Vec<FloorVisit>) -> FloorSnapshot {
    FloorSnapshot { staff, visits, ..FloorSnapshot::default() }
}

#[track_caller]
fn check(floor: &FloorSnapshot, expect: &[&str]) {
    let ids: Vec<_> = colleagues(floor).iter().map(|one| one.id.to_string()).collect();
    assert_eq!(ids, expect);
}

#[test]
fn whoever_is_free_the_longest_comes_first_and_whoever_is_off_not_at_all() {
    let dark = FloorMember { reachable: false, ..somebody("dark", Presence::Free, 0) };
    let staff = vec![
        somebody("gone", Presence::Off, 0),
        somebody("rest", Presence::Break, 5),
        somebody("busy", Presence::WithCustomer, 5),
        dark,
        somebody("new", Presence::Free, 20),
        somebody("old", Presence::Free, 10),
    ];
    check(&floor(staff, vec![]), &["old", "new", "dark", "busy", "rest"]);
}

#[test]
fn others_of_the_house_stand_there_only_while_they_are_with_a_visitor() {
    let boss = FloorMember { role: Role::Manager, ..somebody("boss", Presence::Free, 0) };
    let desk = FloorMember { role: Role::Reception, ..somebody("desk", Presence::Free, 0) };
    let staff = vec![boss, desk, FloorMember { role: Role::Advisor, ..somebody("sun", Presence::Free, 0) }];
    check(&floor(staff.clone(), vec![]), &["sun"]);
    check(&floor(staff.clone(), vec![visit(1, Some("boss"))]), &["sun", "boss"]);
    let over = FloorVisit { outcome: Some(crate::domain::floor::visit::Outcome::Left), ..visit(1, Some("boss")) };
    check(&floor(staff, vec![over]), &["sun"]);
}

#[test]
fn somebody_is_with_a_visitor_since_the_greeting_and_a_second_since_they_came_along() {
    let staff = vec![somebody("wang", Presence::WithCustomer, 3), somebody("li", Presence::WithCustomer, 90)];
    let mut both = FloorVisit { accepted_at: Some(at(3)), ..visit(1, Some("wang")) };
    both.seconds = vec!["li".parse().unwrap()];
    let seen = |visit: &FloorVisit| {
        let floor = floor(staff.clone(), vec![visit.clone()]);
        let seen: Vec<_> =
            colleagues(&floor).iter().map(|one| (one.id.to_string(), one.since, one.serves[0].greeted)).collect();
        seen
    };
    let (wang, li) = ("wang".to_owned(), "li".to_owned());
    assert_eq!(seen(&both), [(wang.clone(), Some(at(3)), false), (li.clone(), Some(at(90)), false)]);
    both.greeted_at = Some(at(9));
    assert_eq!(seen(&both), [(wang, Some(at(9)), true), (li, Some(at(90)), true)]);
}

#[test]
fn whoever_waits_waits_since_the_tap_the_longest_first() {
    let waiting = |number, tap| FloorVisit { arrived_at: at(tap), received_at: at(tap + 60), ..visit(number, None) };
    let seated = FloorVisit { received_by: "desk".parse().ok(), ..waiting(3, 5) };
    let late = FloorVisit { late: true, ..waiting(4, 0) };
    let mut calling = waiting(1, 30);
    calling.asking = vec!["wang".parse().unwrap(), "nobody".parse().unwrap()];
    let name = FloorMember { name: "王芳".to_owned(), ..member("wang") };
    let floor = floor(vec![name], vec![calling, waiting(2, 10), visit(5, Some("wang")), late, seated]);
    let seen: Vec<_> = waits(&floor).iter().map(|wait| (wait.visit, wait.since, wait.asking.join("+"))).collect();
    let expect = [(3, 5, ""), (2, 10, ""), (1, 30, "王芳")];
    assert_eq!(seen, expect.map(|(number, tap, asking)| (visit(number, None).id, at(tap), asking.to_owned())));
}
