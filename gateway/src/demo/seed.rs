//! Fills an empty showroom with the sample staff and devices, and says how to get in.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qrcode::QrCode;
use qrcode::render::unicode;
use sha2::{Digest, Sha256};
use shared::ids::DeviceId;
use shared::personal::Personal;
use shared::qr::{Token, TokenKind};

use crate::app::Serving;
use crate::config::{Sample, sample};
use crate::domain::roster::{Account, Device, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Actor, Command, Input};
use crate::runtime::{Handle, SubmitError};
use crate::vault::Vault;

/// The sample's kiosk.
pub(super) const KIOSK: &str = "entrance";

/// Why there is no code for a visitor's phone.
const NO_LINK: &str = "  Visitors 访客   no link and no code: a phone can reach nothing here. This machine has no address on a network, or\n  \
                       there is no door for visitors: set web.visitor_listen, web.lan_address or web.public_url\n";

/// Sets up whoever of the sample is missing; what somebody changed stays.
///
/// # Errors
/// When the runtime has ended.
pub async fn seed(handle: &Handle, vault: &Vault, sample: &Sample) -> Result<(), SubmitError> {
    let roster = handle.roster().borrow().clone();
    let mut commands = Vec::new();
    for staff in sample.staff.iter().filter(|staff| !roster.accounts.contains_key(&staff.id)) {
        let details = StaffDetails {
            name: Personal::new(&staff.name),
            latin: staff.latin.as_ref().map(Personal::new),
            password: Personal::new(&sample.password_hash),
        };
        commands.push(Command::SetAccount(Account {
            id: staff.id.clone(),
            role: staff.role,
            senior: staff.senior,
            languages: staff.languages.iter().copied().collect(),
            secret: Secret::open(Subject::Staff(staff.id.clone()), details),
            session_generation: 0,
        }));
    }
    for device in &sample.devices {
        let password = kiosk_password(vault, &device.id);
        let device = Device::new(device.id.clone(), device.kind, hex::encode(Sha256::digest(password)));
        let known = roster.devices.get(&device.client_id());
        if known.is_none_or(|known| known.password_sha256 != device.password_sha256) {
            commands.push(Command::SetDevice(device));
        }
    }
    for command in commands {
        handle.submit(Input { cause: None, actor: Actor::System, command }).await?;
    }
    Ok(())
}

/// The password of a sample device: derived from the store's secret, so that it is nobody's to guess and the demo needs no
/// file for it.
#[must_use]
pub fn kiosk_password(vault: &Vault, device: &DeviceId) -> String {
    URL_SAFE_NO_PAD.encode(vault.store_key(&format!("demo device {device}")))
}

/// Most terminals are dark, and not every phone reads a code that is light on dark.
const BLACK_ON_WHITE: (&str, &str) = ("\x1b[38;5;16;48;5;231m", "\x1b[0m");

/// What `cargo run` and `gateway serve --demo` print to the standard error: links, a code and sign-ins.
#[must_use]
pub fn banner(serving: &Serving) -> String {
    let doors = &serving.doors;
    let sample = sample();
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n  {} · {}\n", sample.store.name.zh, sample.store.name.en);
    let _ = writeln!(text, "  Staff 员工      {}/sign-in", doors.url);
    let _ = writeln!(text, "  Consultant 顾问 {}/floor", doors.url);
    let _ = writeln!(text, "  Manager 经理    {}/manage", doors.url);
    let _ = writeln!(text, "  Sign in with password \"{}\" as:", sample.password);
    for staff in &sample.staff {
        let _ = writeln!(text, "    {:<6} {} ({})", staff.id, staff.name, staff.role.as_str());
    }
    let _ = writeln!(text, "  Kiosk 迎宾屏    press the brand's name for three seconds, PIN {}", sample.staff_pin);
    if let Some(mqtt) = doors.mqtt {
        let _ = writeln!(text, "  Devices 设备    mqtt://{mqtt}");
    }
    let (Some(base), Some(token)) = (&doors.visitor_url, printed_token(serving)) else {
        let _ = writeln!(text, "{NO_LINK}");
        return text;
    };
    let link = format!("{}/i/{token}", base.trim_end_matches('/'));
    let _ = writeln!(text, "  Visitors 访客   {link}\n  (a phone on the same network can scan this)\n");
    if let Ok(code) = QrCode::new(&link) {
        let picture = code.render::<unicode::Dense1x2>().quiet_zone(true).build();
        let (on, off) = if std::io::stderr().is_terminal() { BLACK_ON_WHITE } else { ("", "") };
        for line in picture.lines() {
            let _ = writeln!(text, "  {on}{line}{off}");
        }
    }
    text
}

/// A code as it would be printed on a poster: long-lived, makes a lead. `None` never in practice: a store's name is a place's.
fn printed_token(serving: &Serving) -> Option<String> {
    let place = serving.app.config.store.id.as_str().parse().ok()?;
    let token = Token { kind: TokenKind::Printed, issued_at: serving.app.clock.now(), nonce: [0; 6], place };
    Some(token.sign(&serving.app.vault.store_key("qr")))
}
