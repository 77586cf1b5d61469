use super::*;

const SHANGHAI: Tz = Tz::Asia__Shanghai;

fn hours(spans: &[&str]) -> Hours {
    spans.iter().map(|span| span.parse::<Span>().unwrap()).collect::<Vec<_>>().try_into().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(local: &str) -> DateTime<Utc> {
    format!("{local}:00+08:00").parse().unwrap()
}

fn wang() -> StaffId {
    "wang".parse().unwrap()
}

/// Wang works Monday to Friday with a break at noon, and Saturday morning.
fn plans() -> Plans {
    let day = hours(&["13:00-18:00", "09:00-12:00"]);
    let [mon, tue, wed, thu, fri] = [(); 5].map(|()| day.clone());
    let mut plans = Plans::default();
    let week = Week { mon, tue, wed, thu, fri, sat: hours(&["09:00-12:00"]), ..Week::default() };
    plans.set_week(&wang(), Some(&week));
    plans
}

#[test]
fn hours_are_read_as_people_write_them_and_judged() {
    #[track_caller]
    fn check(spans: &[&str], expect: Result<&[&str], PlanError>) {
        let read: Result<Vec<Span>, _> = spans.iter().map(|span| span.parse::<Span>()).collect();
        let hours = read.and_then(Hours::try_from);
        let written = hours.map(|hours| hours.spans().iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(written, expect.map(|spans| spans.iter().map(ToString::to_string).collect()));
    }
    check(&[], Ok(&[]));
    check(&["13:00 – 24:00", "09:00-12:00"], Ok(&["09:00-12:00", "13:00-24:00"]));
    check(&["09:00-09:00"], Err(PlanError::Span));
    check(&["22:00-06:00"], Err(PlanError::Span));
    check(&["9-18"], Err(PlanError::Span));
    check(&["09:00-12:00", "12:00-18:00"], Err(PlanError::Overlap));
    check(&["08:00-09:00", "10:00-11:00", "12:00-13:00", "14:00-15:00"], Err(PlanError::Spans));
}

#[test]
fn a_week_is_written_without_its_free_days_and_a_day_that_is_none_is_refused() {
    let written = serde_json::json!({ "mon": ["09:00-12:00", "13:00-18:00"] });
    let week: Week = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&week).unwrap(), written);
    assert!(serde_json::from_value::<Week>(serde_json::json!({ "tues": [] })).is_err());
}

/// 2026-11-23 is a Monday.
#[test]
fn the_plan_says_who_is_on_at_any_moment_and_when_that_changes() {
    #[track_caller]
    fn check(now: &str, shift: Shift, next: &str) {
        assert_eq!(plans().shift(&wang(), at(now), SHANGHAI), shift, "{now}");
        assert_eq!(plans().next_edge(at(now), SHANGHAI), Some(at(next)), "{now}");
    }
    check("2026-11-23T00:00", Shift::Off, "2026-11-23T09:00");
    check("2026-11-23T09:00", Shift::On, "2026-11-23T12:00");
    check("2026-11-23T12:00", Shift::Break, "2026-11-23T13:00");
    check("2026-11-23T17:59", Shift::On, "2026-11-23T18:00");
    check("2026-11-23T18:00", Shift::Off, "2026-11-24T09:00");
    check("2026-11-28T12:00", Shift::Off, "2026-11-30T09:00");
    assert_eq!(Plans::default().next_edge(at("2026-11-23T00:00"), SHANGHAI), None);
    assert_eq!(plans().shift(&"li".parse().unwrap(), at("2026-11-23T10:00"), SHANGHAI), Shift::Unplanned);
}

#[test]
fn a_single_day_beats_the_years_table_and_that_beats_the_week() {
    let mut plans = plans();
    let special = |day: &str, works, name: &str| SpecialDay { date: date(day), works, name: name.into() };
    let table = vec![special("2026-10-10", Works::Wed, "国庆节调休"), special("2026-10-01", Works::Off, "国庆节")];
    plans.set_year(2026, &YearTable::new(2026, table).unwrap());
    let worked = |plans: &Plans, day: &str| plans.hours(&wang(), date(day)).unwrap().spans().len();
    // A Thursday that is a holiday, and a Saturday that is worked like a Wednesday.
    assert_eq!((worked(&plans, "2026-10-01"), worked(&plans, "2026-10-10"), worked(&plans, "2026-10-08")), (0, 2, 2));
    let now = at("2026-09-28T09:00");
    plans.set_day(&wang(), date("2026-10-01"), Some(&hours(&["10:00-16:00"])), now);
    assert_eq!(worked(&plans, "2026-10-01"), 1);
    plans.set_day(&wang(), date("2026-10-01"), None, now);
    assert_eq!(worked(&plans, "2026-10-01"), 0);
}

#[test]
fn a_year_table_is_of_its_year_and_names_each_day_once() {
    let day = |date_: &str, name: &str| SpecialDay { date: date(date_), works: Works::Off, name: name.into() };
    let judged = |days: Vec<SpecialDay>| YearTable::new(2026, days).map(|_| ());
    assert_eq!(judged(vec![day("2026-01-01", "元旦")]), Ok(()));
    assert_eq!(judged(vec![day("2027-01-01", "元旦")]), Err(PlanError::Year));
    assert_eq!(judged(vec![day("2026-01-01", "元旦"), day("2026-01-01", "元旦")]), Err(PlanError::Year));
    assert_eq!(judged(vec![day("2026-01-01", "")]), Err(PlanError::Name));
}

#[test]
fn single_days_of_long_ago_are_let_go() {
    let mut plans = plans();
    for day in ["2026-01-05", "2026-11-24"] {
        plans.set_day(&wang(), date(day), Some(&Hours::default()), at("2026-11-23T09:00"));
    }
    assert_eq!(plans.of(&wang()).unwrap().days.len(), 1);
}

#[test]
fn clocks_that_are_set_forward_begin_an_hour_later_and_set_back_the_first_time() {
    let berlin = Tz::Europe__Berlin;
    let moment = |day: &str, time: &str| moment(date(day), time.parse().unwrap(), berlin).unwrap().to_rfc3339();
    assert_eq!(moment("2026-03-29", "02:30"), "2026-03-29T01:30:00+00:00");
    assert_eq!(moment("2026-10-25", "02:30"), "2026-10-25T00:30:00+00:00");
    assert_eq!(moment("2026-06-01", "24:00"), "2026-06-01T22:00:00+00:00");
}

#[test]
fn any_moment_of_any_calendar_is_survived() {
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let _ = (plans().shift(&wang(), now, SHANGHAI), plans().next_edge(now, SHANGHAI));
    }
}
