//! The program's command line: reads arguments and configuration, and hands over to `app`, `demo` and `control`.
//!
//! Exit codes: 0 done, 1 not done (one line on standard error says why), 2 wrong arguments or configuration (one line a
//! fault). Standard output has what was asked for and nothing else; a reader that leaves early is no fault.
//!
//! Called by `main` alone.

mod arguments;
mod ask;
mod certificate;
mod failure;
mod serve;
mod tracing_lines;
mod watchdog;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use shared::personal::Personal;

use crate::config::{Config, Flags};
use crate::control::Request;
use arguments::{Account, Arguments, Command, ConfigCommand, Device, Lead};
use failure::Failure;

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(fault) => {
            // Help and version go to standard output with code 0, faults to standard error with code 2.
            let _ = fault.print();
            return u8::try_from(fault.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    match obey(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn obey(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { config: file, data, command } = arguments;
    let mut flags = Flags { data, ..Flags::default() };
    if let Command::Serve(serve) = &command {
        flags.http = serve.http;
        flags.mqtt = serve.mqtt;
    }
    let config = Config::read(file.as_deref(), variables(), &flags)?;
    let request = match command {
        Command::Serve(options) => return serve::serve(config.with_files()?, &options),
        Command::Config(ConfigCommand::Check) => return check(&config.with_files()?),
        Command::Config(ConfigCommand::Print) => return print(&config),
        Command::Restore { from, keys, erased } => return restore(&config, &from, &keys, erased.as_deref()),
        Command::Certificate { hosts, to } => return certificate::make(&hosts, to, &config.data.dir),
        Command::Account(Account::Add(add)) => add.into_request(&password()?)?,
        Command::Account(Account::List) => Request::AccountList,
        Command::Account(Account::Remove { name }) => Request::AccountRemove { id: name },
        Command::Device(Device::Add { name, kind }) => Request::DeviceAdd { id: name, kind: kind.into() },
        Command::Device(Device::List) => Request::DeviceList,
        Command::Device(Device::Remove { name, kind }) => {
            Request::DeviceRemove { id: name, kind: kind.map(Into::into) }
        }
        Command::Export { what, from, to, bom } => {
            if from.zip(to).is_some_and(|(from, to)| from > to) {
                return Err(Failure::Usage("--from must not be later than --to".to_owned()));
            }
            Request::Export { export: what.of(from, to), bom }
        }
        Command::Lead(Lead::Erase { id }) => Request::LeadErase { id },
        Command::Verify => Request::Verify,
        Command::Backup { to, keys } => Request::Backup { to: absolute(&to)?, keys: absolute(&keys)? },
    };
    ask::ask(config, request)
}

/// The environment, as far as it is text.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The first line of standard input; where that is a terminal, asked for and not shown.
fn password() -> Result<Personal, Failure> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return arguments::read_password(stdin.lock());
    }
    let typed = rpassword::prompt_password("Password: ");
    typed.map(Personal::new).map_err(|fault| Failure::Usage(format!("the password cannot be read: {fault}")))
}

/// A running gateway has a working folder of its own.
fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path).map_err(|fault| Failure::Usage(format!("{}: {fault}", path.display())))
}

fn check(config: &Config) -> Result<(), Failure> {
    let mut out = output();
    for advice in config.advice() {
        writeln!(out, "advice: {advice}")?;
    }
    writeln!(out, "the configuration can be used")?;
    Ok(out.flush()?)
}

fn print(config: &Config) -> Result<(), Failure> {
    let text = config.print().map_err(|fault| Failure::Done(fault.to_string()))?;
    let mut out = output();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn restore(config: &Config, from: &Path, keys: &Path, erased: Option<&Path>) -> Result<(), Failure> {
    tracing_lines::quiet_about_recovery();
    if let Some(list) = erased.filter(|list| !list.is_file()) {
        return Err(Failure::Usage(format!("--erased: {} is no file", list.display())));
    }
    let beside = from.with_file_name("erased.list");
    let erased = erased.or_else(|| beside.is_file().then_some(beside.as_path()));
    let restored = crate::keeping::restore(&config.data.dir, &config.key_file(), from, keys, erased, &mut |_, _| {})?;
    let mut out = output();
    let (records, keys) = (restored.records, restored.keys);
    let (data, key_file) = (config.data.dir.display(), config.key_file());
    writeln!(out, "{records} records and {keys} keys restored to {data}; {} stay erased", restored.erased)?;
    if erased.is_none() {
        writeln!(
            out,
            "no list of erasures lay beside the backup (erased.list): whoever was erased since then is back, and must be erased again"
        )?;
    }
    writeln!(out, "the new store key is {}", key_file.display())?;
    Ok(out.flush()?)
}

/// Standard output, locked and in large pieces.
fn output() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::with_capacity(64 * 1024, io::stdout().lock())
}
