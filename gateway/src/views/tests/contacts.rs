//! Whose visits a customer's record has.

use super::*;

#[test]
fn a_customers_record_has_every_visit_of_theirs_and_none_that_was_taken_for_theirs() {
    let lead = LeadId::new(start(), [9; 10]);
    let recognised = |n, known: bool| FloorEvent::Recognised {
        visit: id(n),
        lead: known.then_some(lead),
        owner: known.then(|| "wang".parse().unwrap()),
        since: None,
        score: None,
    };
    let ruled =
        |n, lead| FloorEvent::Recognised { visit: id(n), lead, owner: "chen".parse().ok(), since: None, score: None };
    let appointment = shared::ids::AppointmentId::new(start(), [5; 10]);
    let terms =
        Terms { consultant: "li".parse().unwrap(), at: start(), minutes: 60, matter: Matter::Talk, models: Vec::new() };
    let mut secret = Secret::open(Subject::Appointment(appointment), Whom::default());
    secret.close("sealed".to_owned());
    let booked = DiaryEvent::Booked { appointment, terms, secret, lead: None, by: "qian".parse().ok() };
    let minute = 60_000;
    let mut story: Vec<(i64, Event)> = vec![
        (0, came(1, start()).into()),
        (0, asked(1, 1, "wang").into()),
        (1, FloorEvent::Accepted { alert: alert(1, 1), turn: true }.into()),
        (2, LeadEvent::Received(left_contact(lead)).into()),
        (3, booked.into()),
        (minute, came(2, start() + TimeDelta::minutes(1)).into()),
        (minute, recognised(2, true).into()),
        (minute, DiaryEvent::Kept { appointment, visit: Some(id(2)), by: None }.into()),
        (minute, asked(2, 1, "wang").into()),
        (minute, asked(2, 2, "li").into()),
        (minute + 1, FloorEvent::Accepted { alert: alert(2, 2), turn: true }.into()),
        (minute + 2, FloorEvent::Greeted { visit: id(2), source: GreetedSource::Consultant, at: None }.into()),
        // A ruling meanwhile, on this one and on the first: what was is not changed by it.
        (minute + 3, ruled(2, Some(lead)).into()),
        (minute + 3, ruled(1, None).into()),
        // Another number in its place: it was somebody else.
        (2 * minute, came(3, start() + TimeDelta::minutes(2)).into()),
        (2 * minute, recognised(3, true).into()),
        (2 * minute + 1, recognised(3, false).into()),
        (3 * minute, came(4, start() + TimeDelta::minutes(3)).into()),
    ];
    let (_data, views) = told(&commits(story.clone()));
    let record = views.contacts(&[lead].into()).unwrap();
    assert_eq!(record.iter().map(|row| row.visit.visit).collect::<Vec<_>>(), [id(1), id(2)]);
    let [first, second] = record.as_slice() else { panic!("{record:?}") };
    assert_eq!((first.owner.as_ref(), second.owner.as_ref()), (None, "wang".parse().ok().as_ref()));
    let asked: Vec<_> = second.asked.iter().map(|one| (one.staff.as_str(), one.accepted)).collect();
    assert_eq!(asked, [("wang", false), ("li", true)]);
    assert_eq!(second.greeted_by, "li".parse().ok());
    let note = AppointmentNote { consultant: "li".parse().unwrap(), by: "qian".parse().ok(), at: start().into() };
    assert_eq!(second.appointment, Some(note));
    let day = (start() - TimeDelta::days(1), start() + TimeDelta::days(1));
    let had = views.visits_of(&"li".parse().unwrap(), day, 9).unwrap();
    assert_eq!(had.iter().map(|(row, leads)| (row.visit, leads.clone())).collect::<Vec<_>>(), [(id(2), vec![lead])]);
    assert_eq!(views.leads_of(id(3)).unwrap(), []);

    // One party that had checked in twice; and a rebuild comes to the same bytes.
    story.push((4 * minute, FloorEvent::Joined { visit: id(1), into: id(4) }.into()));
    let all = commits(story);
    let (_again, rebuilt) = told(&all);
    views.apply(&all[all.len() - 1..]).unwrap();
    assert_eq!(bytes(&views), bytes(&rebuilt));
    assert_eq!(views.contacts(&[lead].into()).unwrap().len(), 3);
}
