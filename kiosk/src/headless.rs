//! A kiosk without a window, for tests and load: intents in, facts out, one JSON object a line.
//!
//! Standard input, one intent a line:
//! ```text
//! {"do":"check_in","purpose":"browse","language":"zh"}   and any field of visit.detailed; the screen leaves the visit before
//! {"do":"help"}                                          "send someone"
//! {"do":"detail","phone":"13800138000"}                  any field of visit.detailed, for the visit on the screen
//! {"do":"met"} {"do":"left"} {"do":"cancel"}             for the visit on the screen
//! {"do":"wipe"}                                          the screen forgets the visitor
//! ```
//! The end of the input ends the kiosk, after everything that was said is on the disk.
//!
//! Standard output, one fact a line:
//! ```text
//! {"shown":"ready","outbox":0}                           open; events of earlier runs that wait (null: the outbox does not open)
//! {"shown":"link","up":true}                             the broker is reached, or not
//! {"shown":"received","visit":"…","event":"…"}           only after the outbox's barrier
//! {"shown":"not_received","visit":"…","event":"…"}       the outbox could not write; the screen says: please go to reception
//! {"shown":"receipt","event":"…"}                        the gateway has it; also for visits that left the screen
//! {"shown":"refused","event":"…","code":"…"}             the gateway never will
//! {"shown":"calling|coming|greeted|queued|reception|ended","visit":"…","consultant":"…"?,"position":n?,"wait_s":n?}
//! {"shown":"unanswered","visit":"…"}                     received, but no answer: take a seat, or ring the bell at reception
//! {"shown":"failed","visit":"…"}                         please go to reception
//! {"shown":"welcome"}                                    the screen is empty again
//! {"shown":"claim","code":"482913"}                      a new kiosk: the code that a manager types
//! {"shown":"error","problem":"…"}                        a line that cannot be read
//! ```
//! Nothing here is idle: the screen is wiped only by `wipe`.

use std::io::{BufRead, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::ids::{EventId, VisitId};
use shared::wire::{Code, Detailed, Language, Purpose, Stage};

use crate::desk::Shown;
use crate::session::{Call, Enrolment, Intent, Page, Rules, Screen, Told};

/// The session's times for a headless kiosk: no idle wipe, and no pause between taps.
#[must_use]
pub fn rules(rules: Rules) -> Rules {
    Rules { idle: Duration::from_hours(24 * 365), settle: Duration::ZERO, steady: true, ..rules }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Line {
    CheckIn {
        purpose: Purpose,
        #[serde(default)]
        language: Language,
        #[serde(flatten)]
        detail: Box<Detailed>,
    },
    Help,
    Detail(Box<Detailed>),
    Met,
    Left,
    Cancel,
    Wipe,
}

/// Reads one line; the intents that it stands for, in order.
///
/// # Errors
/// Why it cannot be read, for the `error` line.
pub fn read(line: &str) -> Result<Vec<Intent>, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    Ok(match line {
        Line::CheckIn { purpose, language, detail } => {
            vec![Intent::Wipe, Intent::Speak(language), Intent::CheckIn(purpose, detail)]
        }
        Line::Help => vec![Intent::SendSomeone],
        Line::Detail(detail) => vec![Intent::Detail(detail)],
        Line::Met => vec![Intent::Met],
        Line::Left => vec![Intent::Left],
        Line::Cancel => vec![Intent::Cancel],
        Line::Wipe => vec![Intent::Wipe],
    })
}

/// Reads lines until they end or nobody takes intents any more.
pub fn listen(lines: impl BufRead, mut take: impl FnMut(Intent) -> bool, mut complain: impl FnMut(String)) {
    for line in lines.lines() {
        let Ok(line) = line else { return };
        if line.trim().is_empty() {
            continue;
        }
        match read(&line) {
            Ok(intents) => {
                if !intents.into_iter().all(&mut take) {
                    return;
                }
            }
            Err(problem) => complain(problem),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "shown", rename_all = "snake_case")]
enum Fact<'a> {
    Ready {
        outbox: Option<usize>,
    },
    Link {
        up: bool,
    },
    Received {
        visit: VisitId,
        event: EventId,
    },
    NotReceived {
        visit: VisitId,
        event: EventId,
    },
    Receipt {
        event: EventId,
    },
    Refused {
        event: EventId,
        code: Code,
    },
    Unanswered {
        visit: VisitId,
    },
    Failed {
        visit: VisitId,
    },
    Welcome,
    Claim {
        code: &'a str,
    },
    Error {
        problem: &'a str,
    },
    #[serde(untagged)]
    Status {
        shown: Stage,
        visit: VisitId,
        #[serde(skip_serializing_if = "Option::is_none")]
        consultant: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        wait_s: Option<u32>,
    },
}

/// Writes facts, one line each, flushed at once.
#[derive(Debug)]
pub struct Printer<W> {
    out: W,
    last: Option<Screen>,
}

impl<W: Write> Printer<W> {
    /// Onto this.
    pub fn new(out: W) -> Self {
        Self { out, last: None }
    }

    /// Prints what the screen would say.
    pub fn show(&mut self, shown: Shown) {
        match shown {
            Shown::Ready(outbox) => self.print(&Fact::Ready { outbox }),
            Shown::Link(up) => self.print(&Fact::Link { up }),
            Shown::Told(told) => self.tell(&told),
            Shown::Screen(screen) => self.compare(&screen),
            Shown::Tapped | Shown::Alive => {}
        }
    }

    /// Prints that a line could not be read.
    pub fn complain(&mut self, problem: &str) {
        self.print(&Fact::Error { problem });
    }

    fn tell(&mut self, told: &Told) {
        match told {
            &Told::Received { visit, event } => self.print(&Fact::Received { visit, event }),
            &Told::NotReceived { visit, event } => self.print(&Fact::NotReceived { visit, event }),
            &Told::Receipt { event } => self.print(&Fact::Receipt { event }),
            &Told::Refused { event, code } => self.print(&Fact::Refused { event, code }),
            Told::Status(status) => self.print(&Fact::Status {
                shown: status.stage,
                visit: status.visit,
                consultant: status.consultant.as_ref().map(|card| card.name.as_str()),
                position: status.position,
                wait_s: status.wait_s,
            }),
        }
    }

    /// What only the picture says: the lack of an answer, and the empty screen.
    fn compare(&mut self, screen: &Screen) {
        let last = self.last.replace(screen.clone());
        let call = |screen: &Screen| screen.visit.as_ref().map(|visit| (visit.visit, visit.call.clone()));
        let now = call(screen);
        if now != last.as_ref().and_then(call) {
            match now {
                Some((visit, Call::Unanswered)) => self.print(&Fact::Unanswered { visit }),
                Some((visit, Call::Failed)) => self.print(&Fact::Failed { visit }),
                _ => {}
            }
        }
        let code = |screen: &Screen| match &screen.enrolment {
            Some(Enrolment::Code { code, .. }) => Some(code.clone()),
            _ => None,
        };
        if let Some(code) = code(screen).filter(|now| last.as_ref().and_then(code).as_ref() != Some(now)) {
            self.print(&Fact::Claim { code: &code });
        }
        if screen.page == Page::Welcome && last.is_some_and(|last| last.page != Page::Welcome) {
            self.print(&Fact::Welcome);
        }
    }

    fn print(&mut self, fact: &Fact<'_>) {
        let Ok(mut line) = serde_json::to_vec(fact) else { return };
        line.push(b'\n');
        // Nobody reads any more: the kiosk itself goes on.
        let _ = self.out.write_all(&line).and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shown: Shown, expect: &str) {
        let mut printer = Printer::new(Vec::new());
        printer.show(shown);
        assert_eq!(String::from_utf8(printer.out).unwrap().trim_end(), expect);
    }

    #[test]
    fn facts_are_printed_as_documented() {
        let visit = VisitId::from_uuid(uuid::Uuid::from_u128(1));
        let event = EventId::from_uuid(uuid::Uuid::from_u128(2));
        let (v, e) = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002");
        check(Shown::Ready(Some(3)), r#"{"shown":"ready","outbox":3}"#);
        check(Shown::Ready(None), r#"{"shown":"ready","outbox":null}"#);
        check(Shown::Link(true), r#"{"shown":"link","up":true}"#);
        check(
            Shown::Told(Told::Received { visit, event }),
            &format!(r#"{{"shown":"received","visit":"{v}","event":"{e}"}}"#),
        );
        check(
            Shown::Told(Told::Refused { event, code: Code::VisitOver }),
            &format!(r#"{{"shown":"refused","event":"{e}","code":"visit_over"}}"#),
        );
        let status =
            serde_json::from_str(&format!(r#"{{"visit":"{v}","stage":"coming","consultant":{{"name":"王芳"}}}}"#));
        check(
            Shown::Told(Told::Status(status.unwrap())),
            &format!(r#"{{"shown":"coming","visit":"{v}","consultant":"王芳"}}"#),
        );
    }

    #[test]
    fn lines_become_intents_and_nonsense_is_named() {
        let intents = read(r#"{"do":"check_in","purpose":"browse","language":"en","party":2}"#).unwrap();
        let [Intent::Wipe, Intent::Speak(Language::En), Intent::CheckIn(Purpose::Browse, detail)] = &intents[..] else {
            panic!("{intents:?}")
        };
        assert_eq!(detail.party, Some(2));
        assert_eq!(read(r#"{"do":"met"}"#).unwrap(), [Intent::Met]);
        assert!(matches!(&read(r#"{"do":"detail","phone":"13800138000"}"#).unwrap()[..], [Intent::Detail(_)]));
        for nonsense in ["", "x", r#"{"do":"dance"}"#, r#"{"do":"check_in"}"#, r#"{"do":"detail","phone":"1"}"#] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
    }
}
