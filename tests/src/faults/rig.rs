//! A showroom under load: headless kiosks that check visitors in, staff who answer, and the comparison at the end.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use shared::ids::VisitId;
use tempfile::TempDir;

use super::person::Person;
use crate::random::Random;
use crate::wait;
use crate::world::{
    ALL_DAYS, Credentials, Headless, Logged, Mosquitto, Role, Setup, Showroom, Told, Visits, parse_csv,
};

/// The showroom and everybody in it.
#[derive(Debug)]
pub struct Rig {
    /// The showroom.
    pub showroom: Showroom,
    /// The external broker, where there is one.
    pub mosquitto: Option<Mosquitto>,
    /// Its kiosks.
    pub kiosks: Vec<Headless>,
    people: Vec<Person>,
    /// The external broker's folder, which goes after the broker.
    _home: Option<TempDir>,
}

impl Rig {
    /// A showroom with this many kiosks and consultants, a receptionist and a manager.
    ///
    /// # Errors
    /// When any of it does not start.
    pub async fn open(kiosks: usize, consultants: usize, external: bool) -> Result<Self> {
        let home = if external { Some(tempfile::Builder::new().prefix("broker-").tempdir()?) } else { None };
        let mosquitto = match &home {
            Some(home) => Some(Mosquitto::start(home.path(), None).await?),
            None => None,
        };
        let config = mosquitto.as_ref().map(|broker| format!("[mqtt]\nurl = \"mqtt://{}\"\n", broker.address()));
        let showroom = Showroom::with(Setup { config, ..Setup::default() }).await?;
        let mut rig = Self { showroom, mosquitto, kiosks: Vec::new(), people: Vec::new(), _home: home };
        for number in 0..consultants {
            rig.hire(&format!("c{number}"), Role::Consultant).await?;
        }
        rig.hire("desk", Role::Reception).await?;
        rig.showroom.hire("boss", Role::Manager, &[])?;
        for number in 0..kiosks {
            let credentials = rig.showroom.register(&format!("k{number}"), "kiosk")?;
            let kiosk = rig.headless(&credentials).await?;
            rig.kiosks.push(kiosk);
        }
        Ok(rig)
    }

    async fn hire(&mut self, name: &str, role: Role) -> Result<()> {
        let phone = self.showroom.staff(name, role).await?;
        self.people.push(Person::begin(phone));
        Ok(())
    }

    async fn headless(&self, credentials: &Credentials) -> Result<Headless> {
        let address = match &self.mosquitto {
            Some(broker) => broker.address(),
            None => self.showroom.gateway().mqtt_address().to_owned(),
        };
        Headless::start(self.showroom.folder(), &address, credentials).await
    }

    /// Lets visitors come for about this long, one every 20–80 ms at each kiosk; some say more, some leave.
    ///
    /// # Errors
    /// When a kiosk takes no input.
    pub async fn load(&mut self, time: Duration, random: &mut Random) -> Result<()> {
        let start = wait::boot();
        while wait::since(start) < time {
            for kiosk in &mut self.kiosks {
                match random.below(8) {
                    0 => kiosk.intent(&json!({"do": "detail", "party": 2, "surname": "王", "title": "ms"}))?,
                    1 => kiosk.intent(&json!({"do": "left"}))?,
                    _ => {
                        let purpose = random.pick(&["browse", "model", "test_drive", "help", "quiet"]);
                        kiosk.check_in(purpose.copied().unwrap_or("browse"))?;
                    }
                }
            }
            tokio::time::sleep(random.between(Duration::from_millis(20), Duration::from_millis(80))).await;
        }
        Ok(())
    }

    /// What all kiosks have told.
    #[must_use]
    pub fn told(&self) -> Told {
        let mut all = Told::default();
        for kiosk in &self.kiosks {
            let told = kiosk.told();
            all.received.extend(told.received);
            all.visits.extend(told.visits);
            all.receipts.extend(told.receipts);
            all.not_received.extend(told.not_received);
            all.refused.extend(told.refused);
        }
        all
    }

    /// Waits until every event that was shown as received has its receipt.
    ///
    /// # Errors
    /// When one does not get it.
    pub async fn settle(&self) -> Result<Told> {
        let settled = wait::within(Duration::from_mins(2), "a receipt for everything received", || {
            let told = self.told();
            told.received
                .iter()
                .all(|event| told.receipts.contains(event) || told.refused.contains(event))
                .then_some(told)
        });
        let told = settled.await?;
        let both: Vec<_> = told.received.intersection(&told.not_received).collect();
        ensure!(both.is_empty(), "shown both as received and as not received: {both:?}");
        Ok(told)
    }

    /// Everything in the export that the command line gives.
    ///
    /// # Errors
    /// When the export fails.
    pub fn export(&self) -> Result<Visits> {
        let (from, to) = ALL_DAYS;
        parse_csv(&self.showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)
    }

    /// Waits until every visit was driven to its end.
    ///
    /// # Errors
    /// When one stays open.
    pub async fn all_ended(&self) -> Result<()> {
        let start = wait::boot();
        loop {
            let open: Vec<VisitId> = open_visits(&self.export()?);
            if open.is_empty() {
                return Ok(());
            }
            ensure!(wait::since(start) < Duration::from_mins(2), "visits that nobody ended: {open:?}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// The comparison: every event that was shown as received is in the log exactly once, every visit in the export; gives how many
    /// visits that were.
    ///
    /// # Errors
    /// What is lost or doubled.
    pub async fn compare(&self) -> Result<usize> {
        let told = self.settle().await?;
        ensure!(told.refused.len() * 10 <= told.received.len() + 10, "too many refused: {:?}", told.refused);
        let exported = self.export()?;
        check(&told.visits, &exported)?;
        // What was refused is told as such, and not logged.
        Logged::read(&self.showroom.data())?.each_once(told.received.difference(&told.refused))?;
        Ok(told.visits.len())
    }
}

fn open_visits(visits: &Visits) -> Vec<VisitId> {
    let open = visits.rows.iter().filter(|row| row.get("ended_at").is_none_or(String::is_empty));
    open.filter_map(|row| row.get("visit_id")?.parse().ok()).collect()
}

/// Every visit that was promised is in the export exactly once, and no visit is there twice.
///
/// # Errors
/// What is lost or doubled.
pub fn check<'a>(promised: impl IntoIterator<Item = &'a VisitId>, exported: &Visits) -> Result<()> {
    let counts = exported.counts();
    let lost: Vec<_> = promised.into_iter().filter(|visit| !counts.contains_key(&visit.to_string())).collect();
    ensure!(lost.is_empty(), "LOST: shown as received, and not in the export: {lost:?}");
    let doubled: Vec<_> = counts.iter().filter(|(_, rows)| **rows > 1).collect();
    ensure!(doubled.is_empty(), "DOUBLED in the export: {doubled:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_and_a_doubled_visit_are_found() {
        let mut random = Random::new(5);
        let (a, b) = (random.visit(chrono::DateTime::UNIX_EPOCH), random.visit(chrono::DateTime::UNIX_EPOCH));
        let exported = |text: &str| parse_csv(format!("visit_id,ended_at\n{text}").as_bytes()).unwrap();
        assert!(check(&[a, b], &exported(&format!("{a},\n{b},\n"))).is_ok());
        assert!(check(&[a, b], &exported(&format!("{a},\n"))).is_err());
        assert!(check(&[a], &exported(&format!("{a},\n{a},\n"))).is_err());
        assert_eq!(open_visits(&exported(&format!("{a},\n{b},2026-11-23T10:00:00Z\n"))), [a]);
    }
}
