//! What can be typed, and the help for it. Written for the person who looks after a dealer's computers.

use std::io::{self, BufRead};
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::ids::{DeviceId, LeadId, StaffId};
use shared::personal::Personal;
use shared::wire::Language;

use super::failure::Failure;
use crate::config::ADDRESS_FORM;
use crate::control::Request;
use crate::domain::audit::{Export, Format, Records};
use crate::domain::roster;
use crate::web::password;

/// The showroom's gateway: rings a free consultant within ten seconds, and keeps what happened.
#[derive(Debug, Parser)]
#[command(name = "gateway", version, propagate_version = true, max_term_width = 100)]
pub(super) struct Arguments {
    /// Configuration file. Without it every key has its default; `gateway config print` shows them
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Folder of everything that is kept (`data.dir` in the configuration)
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Runs the gateway until it is told to stop (Ctrl-C, or SIGTERM)
    Serve(Serve),
    /// Staff: who may sign in, and whom visitors are led to
    #[command(subcommand)]
    Account(Account),
    /// Kiosks, door counters and pagers that may connect
    #[command(subcommand)]
    Device(Device),
    /// Makes a certificate for phones, signed by an authority of the showroom's own: the last resort where no public one signs for the
    /// gateway's address. Run it again within a year to renew it; the phones keep what they have
    Certificate {
        /// What phones type to open the pages: a name such as showroom.lan, an address such as 192.168.1.20; several are possible
        #[arg(long = "host", value_name = "HOST", required = true)]
        hosts: Vec<String>,
        /// Where the files go; `tls` beside the data folder without it
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Leads: what visitors agreed to have kept
    #[command(subcommand)]
    Lead(Lead),
    /// Writes visits, leads, appointments or the audit to standard output: `gateway export visits.csv > visits.csv`. That it was done stands in the audit
    Export {
        /// What, and in which format
        what: What,
        /// First day, by the showroom's clock; from the beginning without it
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<NaiveDate>,
        /// Last day, included; to the end without it
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<NaiveDate>,
        /// Begin with a byte order mark, so that Excel shows Chinese in a CSV file
        #[arg(long)]
        bom: bool,
    },
    /// Checks every record that was ever logged, and mends what can be mended
    Verify,
    /// Makes a backup: the records into one file, their keys into another. Keep the two apart
    Backup {
        /// File for the records, outside the data folder; must not exist yet
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// File for the keys, outside the data folder; must not exist yet. Whoever has both files can read everything
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },
    /// Restores a backup into a new, empty data folder. Not while a gateway runs on it
    Restore {
        /// The backup's file of records
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The backup's file of keys
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
        /// The newest list of what was erased, so that nobody comes back; `erased.list` beside the backup without it
        #[arg(long, value_name = "FILE")]
        erased: Option<PathBuf>,
    },
    /// Shows or checks the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port of the staff and visitor pages (`web.listen`)
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(super) http: Option<SocketAddr>,
    /// Address and port of the built-in MQTT broker for devices (`mqtt.listen`)
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(super) mqtt: Option<SocketAddr>,
    /// A sample showroom to look at: staff, cars and a kiosk, everybody with the same password. Never for a real one
    #[arg(long)]
    pub(super) demo: bool,
    /// Lets the demo's clock run this many times as fast
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(super) clock_rate: u32,
}

#[derive(Debug, Subcommand)]
pub(super) enum Account {
    /// Adds somebody, or replaces everything about somebody who is there (a new password ends their sessions)
    Add(AddAccount),
    /// Lists everybody: name, role, senior, languages, name on the badge
    List,
    /// Takes somebody away
    Remove {
        /// The name they sign in with
        name: StaffId,
    },
}

#[derive(Debug, Args)]
pub(super) struct AddAccount {
    /// The name to sign in with: 1-32 of a-z, 0-9, "-" and "_"
    name: StaffId,
    /// What they do
    #[arg(long)]
    role: Role,
    /// Senior: asked first for customers who are likely to buy. Whoever is senior stays it; the manager's page takes it back
    #[arg(long)]
    senior: bool,
    /// Languages they speak; zh for somebody new
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    languages: Option<Vec<Spoken>>,
    /// The name on their badge, as visitors see it; the sign-in name for somebody new
    #[arg(long, value_name = "NAME")]
    display: Option<String>,
    /// The same in Latin letters, for visitors who read no Chinese
    #[arg(long, value_name = "NAME")]
    latin: Option<String>,
    /// Read the password from the first line of standard input, so that it stands in no history; on a terminal it is asked for
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Device {
    /// Adds a device and prints what it needs to connect, as one line of JSON. It is shown this once: adding the device
    /// again gives it a new password
    Add {
        /// Its name: 1-32 of a-z, 0-9, "-" and "_". A pager has its consultant's
        name: DeviceId,
        /// What it is
        #[arg(long)]
        kind: Kind,
    },
    /// Lists all devices: name, kind, MQTT client id
    List,
    /// Takes a device away
    Remove {
        /// Its name
        name: DeviceId,
        /// What it is, where two devices share the name
        #[arg(long)]
        kind: Option<Kind>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Lead {
    /// Erases a person's name and number for good, because they want it so: their key is destroyed
    Erase {
        /// The lead's id, as the manager's page and the leads export show it
        id: LeadId,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Prints every key with the value in force, from file, environment and flags; secrets hidden
    Print,
    /// Says everything that is wrong with the configuration
    Check,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Role {
    /// 销售顾问, sales
    Consultant,
    /// 前台, receives and assigns
    Reception,
    /// 服务顾问, service
    Advisor,
    /// 客服, complaints
    Care,
    /// 经理, sees everything and exports
    Manager,
    /// 管理员
    Admin,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Spoken {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// The tablet at the entrance
    Kiosk,
    /// A door counter
    Door,
    /// A consultant's pager
    Pager,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum What {
    #[value(name = "visits.csv")]
    VisitsCsv,
    #[value(name = "visits.jsonl")]
    VisitsJsonl,
    #[value(name = "leads.csv")]
    LeadsCsv,
    #[value(name = "leads.jsonl")]
    LeadsJsonl,
    #[value(name = "audit.csv")]
    AuditCsv,
    #[value(name = "audit.jsonl")]
    AuditJsonl,
    #[value(name = "appointments.csv")]
    AppointmentsCsv,
    #[value(name = "appointments.jsonl")]
    AppointmentsJsonl,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| ADDRESS_FORM.to_owned())
}

impl AddAccount {
    pub(super) fn into_request(self, password: &Personal) -> Result<Request, Failure> {
        let hash = password::hash(password.reveal()).map_err(|fault| Failure::Usage(fault.to_string()))?;
        for (option, name) in [("--display", &self.display), ("--latin", &self.latin)] {
            if name.as_ref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > 40) {
                return Err(Failure::Usage(format!("{option} must have 1 to 40 characters")));
            }
        }
        Ok(Request::AccountAdd {
            id: self.name,
            role: self.role.into(),
            senior: self.senior,
            languages: self.languages.map(|spoken| spoken.into_iter().map(Language::from).collect()),
            display: self.display.map(Personal::new),
            latin: self.latin.map(Personal::new),
            password_hash: Personal::new(hash),
        })
    }
}

/// The first line, without its end.
pub(super) fn read_password(stdin: impl BufRead) -> Result<Personal, Failure> {
    let mut line = String::new();
    let read = stdin.take(4096).read_line(&mut line);
    let fault = |fault: io::Error| Failure::Usage(format!("the password on standard input cannot be read: {fault}"));
    read.map_err(fault)?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Personal::new(password.strip_suffix('\r').unwrap_or(password)))
}

impl From<Role> for roster::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Consultant => Self::Consultant,
            Role::Reception => Self::Reception,
            Role::Advisor => Self::Advisor,
            Role::Care => Self::Care,
            Role::Manager => Self::Manager,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<Spoken> for Language {
    fn from(spoken: Spoken) -> Self {
        match spoken {
            Spoken::Zh => Self::Zh,
            Spoken::En => Self::En,
        }
    }
}

impl From<Kind> for roster::DeviceKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Kiosk => Self::Kiosk,
            Kind::Door => Self::Door,
            Kind::Pager => Self::Pager,
        }
    }
}

impl What {
    pub(super) fn of(self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Export {
        let (records, format) = match self {
            Self::VisitsCsv => (Records::Visits, Format::Csv),
            Self::VisitsJsonl => (Records::Visits, Format::Jsonl),
            Self::LeadsCsv => (Records::Leads, Format::Csv),
            Self::LeadsJsonl => (Records::Leads, Format::Jsonl),
            Self::AuditCsv => (Records::Audit, Format::Csv),
            Self::AuditJsonl => (Records::Audit, Format::Jsonl),
            Self::AppointmentsCsv => (Records::Appointments, Format::Csv),
            Self::AppointmentsJsonl => (Records::Appointments, Format::Jsonl),
        };
        Export { records, format, from, to }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_the_contract_promises_is_understood() {
        for line in [
            "gateway serve",
            "gateway serve --config f --data d --http 127.0.0.1:0 --mqtt [::1]:0 --demo --clock-rate 60",
            "gateway account add wang --role consultant --senior --languages zh,en --password-stdin --data d",
            "gateway --data d account list",
            "gateway account remove wang",
            "gateway device add entrance --kind kiosk",
            "gateway device list",
            "gateway device remove entrance --kind door",
            "gateway export visits.csv --from 2026-11-01 --to 2026-11-30 --bom",
            "gateway export leads.jsonl",
            "gateway export appointments.csv",
            "gateway export audit.csv",
            "gateway lead erase 0190a5de-0000-7000-8000-000000000001",
            "gateway verify",
            "gateway backup --to a --keys b",
            "gateway restore --from a --keys b",
            "gateway config print",
            "gateway config check --config f",
        ] {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
        }
        for line in [
            "gateway",
            "gateway serve --clock-rate 60",
            "gateway serve --demo --clock-rate 0",
            "gateway serve --http here",
            "gateway account add wang --role consultant",
            "gateway account add Wang --role consultant --password-stdin",
            "gateway account add wang --role boss --password-stdin",
            "gateway account add wang --role care --languages zh,fr --password-stdin",
            "gateway device add k1",
            "gateway export visits.xlsx",
            "gateway lead erase wang",
            "gateway export visits.csv --from yesterday",
            "gateway import",
        ] {
            assert_eq!(parse(line).map_err(|fault| fault.exit_code()).err(), Some(2), "{line}");
        }
    }

    #[test]
    fn the_password_is_the_first_line_and_leaves_as_a_hash() {
        let add = |stdin: &'static str| {
            let line = "gateway account add wang --role consultant --display 王芳 --latin WangFang --password-stdin";
            let Ok(Arguments { command: Command::Account(Account::Add(add)), .. }) = parse(line) else { panic!() };
            add.into_request(&read_password(stdin.as_bytes())?)
        };
        for stdin in ["correct horse", "correct horse\n", "correct horse\r\nand more\n"] {
            let Request::AccountAdd { display, latin, password_hash, .. } = add(stdin).unwrap() else { panic!() };
            assert!(password::verify("correct horse", Some(password_hash.reveal())));
            assert_eq!((display.unwrap().reveal(), latin.unwrap().reveal()), ("王芳", "WangFang"));
        }
        for (stdin, expect) in [("", "at least 8"), ("seven77\n", "at least 8")] {
            let refused = add(stdin).unwrap_err().to_string();
            assert!(refused.contains(expect), "{refused}");
        }
    }
}
